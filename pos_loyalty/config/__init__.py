"""Settings: TOML in, frozen values out, or every fault of the file at once.

Reading opens the settings file and checks the secret files that it names; it touches no device,
no network and no database.
"""

from pos_loyalty.config.faults import ConfigError, Fault, shown
from pos_loyalty.config.hub import HubConfig
from pos_loyalty.config.loading import load_hub, load_register
from pos_loyalty.config.register import DeviceConfig, RegisterConfig
from pos_loyalty.config.secrets import read_key, read_secret

__all__ = [
    "ConfigError",
    "DeviceConfig",
    "Fault",
    "HubConfig",
    "RegisterConfig",
    "load_hub",
    "load_register",
    "read_key",
    "read_secret",
    "shown",
]
