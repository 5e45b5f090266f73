"""zhibu (支部): the organizational life and the learning of an organization whose people work shifts."""

__version__ = "0.1.0"
