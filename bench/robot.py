"""What the server calls where a WeRoBot is measured (``bench.beside_werobot``)."""

from bench.beside_werobot import robot

application = robot()
