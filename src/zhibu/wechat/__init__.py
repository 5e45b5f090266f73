"""Talk with WeChat and WeCom: signatures, envelopes, messages, calls behind one port. No Django, no clock."""
