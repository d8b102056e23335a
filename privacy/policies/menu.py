"""The way to what was agreed, in the Admin area."""

from accounts.menu import MenuEntry, register

register(MenuEntry("Agreements", "agreements:agreements", "account.view", 450, place="admin", group="Candor"))
