"""What stands in the menus."""

from accounts.menu import MenuEntry, register

register(MenuEntry("Sample data", "demo:sample", "sample.manage", 320, icon="flask", place="admin", group="Work"))
