"""The demonstration: fictional campuses in real communes, whole campaigns, and an account for each role.

Everything is made by calling the actions, so it is always legal; everything is marked `is_demo`, so that it can be told
from the register and taken away.
"""

from cmq.operations.demonstration.building import ACCOUNTS, build, is_present, password_file
from cmq.operations.demonstration.removal import remove

__all__ = ["ACCOUNTS", "build", "is_present", "password_file", "remove"]
