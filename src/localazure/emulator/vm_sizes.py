"""Virtual machine sizes that Azure ML offers: cores, memory, GPUs and the family whose quota they use.

Source: Azure documentation, "Sizes for virtual machines in Azure". Prices are not here: the emulator knows none.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VmSize:
    """One size. Memory in GiB, disks in MB, as the operation `vmSizes` answers them."""

    name: str
    family: str
    cores: int
    memory: float
    gpus: int = 0
    temporary_disk: int = 0
    low_priority: bool = True


_DSV2 = "standardDSv2Family"
_SIZES = (
    VmSize("Standard_DS1_v2", _DSV2, 1, 3.5, temporary_disk=7168),
    VmSize("Standard_DS2_v2", _DSV2, 2, 7, temporary_disk=14336),
    VmSize("Standard_DS3_v2", _DSV2, 4, 14, temporary_disk=28672),
    VmSize("Standard_DS4_v2", _DSV2, 8, 28, temporary_disk=57344),
    VmSize("Standard_DS5_v2", _DSV2, 16, 56, temporary_disk=114688),
    VmSize("Standard_DS11_v2", _DSV2, 2, 14, temporary_disk=28672),
    VmSize("Standard_DS12_v2", _DSV2, 4, 28, temporary_disk=57344),
    VmSize("Standard_DS13_v2", _DSV2, 8, 56, temporary_disk=114688),
    VmSize("Standard_D2_v2", "standardDv2Family", 2, 7, temporary_disk=102400),
    VmSize("Standard_D3_v2", "standardDv2Family", 4, 14, temporary_disk=204800),
    VmSize("Standard_D2as_v4", "standardDASv4Family", 2, 8, temporary_disk=16384),
    VmSize("Standard_D4as_v4", "standardDASv4Family", 4, 16, temporary_disk=32768),
    VmSize("Standard_D8as_v4", "standardDASv4Family", 8, 32, temporary_disk=65536),
    VmSize("Standard_D16as_v4", "standardDASv4Family", 16, 64, temporary_disk=131072),
    VmSize("Standard_D2s_v3", "standardDSv3Family", 2, 8, temporary_disk=16384),
    VmSize("Standard_D4s_v3", "standardDSv3Family", 4, 16, temporary_disk=32768),
    VmSize("Standard_D8s_v3", "standardDSv3Family", 8, 32, temporary_disk=65536),
    VmSize("Standard_E2s_v3", "standardESv3Family", 2, 16, temporary_disk=32768),
    VmSize("Standard_E4s_v3", "standardESv3Family", 4, 32, temporary_disk=65536),
    VmSize("Standard_E8s_v3", "standardESv3Family", 8, 64, temporary_disk=131072),
    VmSize("Standard_E16s_v3", "standardESv3Family", 16, 128, temporary_disk=262144),
    VmSize("Standard_E32s_v3", "standardESv3Family", 32, 256, temporary_disk=524288),
    VmSize("Standard_E48s_v3", "standardESv3Family", 48, 384, temporary_disk=786432),
    VmSize("Standard_E64s_v3", "standardESv3Family", 64, 432, temporary_disk=884736),
    VmSize("Standard_F2s_v2", "standardFSv2Family", 2, 4, temporary_disk=16384),
    VmSize("Standard_F4s_v2", "standardFSv2Family", 4, 8, temporary_disk=32768),
    VmSize("Standard_F8s_v2", "standardFSv2Family", 8, 16, temporary_disk=65536),
    VmSize("Standard_F16s_v2", "standardFSv2Family", 16, 32, temporary_disk=131072),
    VmSize("Standard_F32s_v2", "standardFSv2Family", 32, 64, temporary_disk=262144),
    VmSize("Standard_F72s_v2", "standardFSv2Family", 72, 144, temporary_disk=589824),
    VmSize("Standard_NC4as_T4_v3", "Standard NCASv3_T4 Family", 4, 28, 1, 180224),
    VmSize("Standard_NC8as_T4_v3", "Standard NCASv3_T4 Family", 8, 56, 1, 360448),
    VmSize("Standard_NC16as_T4_v3", "Standard NCASv3_T4 Family", 16, 110, 1, 360448),
    VmSize("Standard_NC64as_T4_v3", "Standard NCASv3_T4 Family", 64, 440, 4, 2883584),
    VmSize("Standard_NC24ads_A100_v4", "StandardNCADSA100v4Family", 24, 220, 1, 65536),
    VmSize("Standard_NC48ads_A100_v4", "StandardNCADSA100v4Family", 48, 440, 2, 131072),
    VmSize("Standard_NC96ads_A100_v4", "StandardNCADSA100v4Family", 96, 880, 4, 262144),
    VmSize("Standard_ND96asr_v4", "Standard NDASv4_A100 Family", 96, 900, 8, 6144000),
    VmSize("Standard_NC40ads_H100_v5", "StandardNCadsH100v5Family", 40, 320, 1, 3670016),
    VmSize("Standard_NC80adis_H100_v5", "StandardNCadsH100v5Family", 80, 640, 2, 7340032),
)
SIZES: dict[str, VmSize] = {size.name.lower(): size for size in _SIZES}
FAMILIES: dict[str, str] = {size.family.lower(): size.family for size in _SIZES}


def find(name: str) -> VmSize | None:
    """A size by its name, whatever its case."""
    return SIZES.get(name.lower())
