"""Hours added up for people: by whom, for whom, against what was planned; and who looked at them."""
