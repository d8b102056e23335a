"""What the API is made of: one way to say what a resource has, from which lists, answers, checks and the
description at ``/api/v1/schema/`` follow.

An app declares its resources in its own ``api.py``; ``config/api_urls.py`` gives them their addresses; the door
(``accounts/door.py``) lets keys in. What may be written is decided by the forms and actions of the pages.
"""
