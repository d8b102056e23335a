"""Tables that come with Django and hold nothing about anybody."""

from datamap import holds_nothing_personal

holds_nothing_personal("contenttypes.ContentType", because="The list of our own models.")
holds_nothing_personal("auth.Permission", because="The list of Django's own permissions; we use ours instead.")
holds_nothing_personal("auth.Group", because="Empty: our roles stand on memberships.")
holds_nothing_personal("auth.Group_permissions", because="Empty, as are the groups.")
