"""``{% next_step card.next %}``: the mark of a deal's next step."""

from django import template

from crm.activities.marks import mark_of

register = template.Library()
register.simple_tag(mark_of, name="next_step")
