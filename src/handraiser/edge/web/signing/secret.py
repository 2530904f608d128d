"""By what are sessions and links signed?"""

from __future__ import annotations

from django.conf import settings

from handraiser.edge.settings_read import signing_key
from handraiser.flows.sealing import have_key

__all__ = ["settle_secret"]


def settle_secret() -> bool:
    """Have a key that outlives this process, before others read the settings; return whether there is one."""
    lasting = have_key()
    settings.SECRET_KEY = signing_key(settings.HANDRAISER_SECRET, settings.DATABASES["default"])
    return lasting
