"""The deeds of guides: written, reviewed, looked through, withdrawn; questions asked and answered; units guided."""
