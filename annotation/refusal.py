"""Whether Label Studio would refuse a labelling configuration, as its own SDK judges it.

The SDK's rules are those of the server. It takes a second to load, so that this is asked where a
configuration is looked at for the first time (`adopt`, `doctor`), not at each push.
"""

from __future__ import annotations


def refusal(configuration: str) -> str:
    """Say why Label Studio would refuse the configuration (XML); '' if it would not."""
    from label_studio_sdk._legacy.exceptions import (
        LabelStudioValidationErrorSentryIgnored,
        LabelStudioXMLSyntaxErrorSentryIgnored,
    )
    from label_studio_sdk.label_interface.interface import LabelInterface

    try:
        LabelInterface(configuration).validate()  # type: ignore[no-untyped-call]  # the SDK's omission
    except (LabelStudioValidationErrorSentryIgnored, LabelStudioXMLSyntaxErrorSentryIgnored) as why:
        return " ".join(str(why).split())
    return ""
