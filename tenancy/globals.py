"""Tables outside the fence, by name, each with its reason.

The door must read before an account is known, so these have no row policy. Every statement on
them carries ``account_id =``, ``user_id =`` or a token's hash; the statement recorder checks it.
"""

GLOBAL_TABLES: dict[str, str] = {
    "accounts_account": "the tenant itself: the door finds it by its slug",
    "accounts_user": "people sign in before an account is known, and may belong to several",
    "accounts_membership": "the door asks who belongs where",
    "account_emailaddress": "allauth: a person's verified addresses, keyed by user",
    "account_emailconfirmation": "allauth: confirmations of those addresses",
    "django_session": "a session exists before sign-in",
    "django_content_type": "Django's list of models",
    "django_migrations": "Django's list of applied migrations",
    "django_site": "allauth's list of sites",
    "auth_group": "Django's own, unused",
    "auth_group_permissions": "Django's own, unused",
    "auth_permission": "Django's own, unused",
}
