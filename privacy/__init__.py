"""The privacy policy as a program: a folder of small apps that look down on everything."""
