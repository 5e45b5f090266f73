"""``zhibu demo``: a fictional bureau, told as dated facts and replayed through the actions of the house.

Pure and seeded: ``house`` (the plan), ``names``, ``rotations``, ``days``, ``people`` and ``history``, which tell
what happened as a list of ``deeds``; ``figures`` counts them. ``replay`` does the deeds one after the other,
``folder`` keeps half-made demos out of sight, ``demo`` is the command. All people and places are invented.
"""
