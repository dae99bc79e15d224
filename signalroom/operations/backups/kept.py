"""Where backups are, what they are called, and which of them go."""

import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from loaders.errors import LoadError
from signalroom.config.settings import InvalidSetting, Settings

SUFFIXES = {"dev": "duckdb", "prod": "dump"}
TIME = "%Y%m%dT%H%M%SZ"  # sorts as time does
NAME = re.compile(r"signalroom-(dev|prod)-(\d{8}T\d{6}Z)\.(?:duckdb|dump)")
PART = re.compile(rf"\.{NAME.pattern}\.\d+\.part")  # as signalroom.export.files.beside calls it


@dataclass(frozen=True)
class Keeping:
    """The newest `count` are kept, and whatever is younger than `days`."""

    folder: Path
    count: int
    days: int

    @classmethod
    def of(cls, settings: Settings, folder: Path | None = None) -> "Keeping":
        """As the settings say; a folder that is given wins."""
        get = settings.environ.get
        return cls(
            folder or Path(get("DATABASE_BACKUP_PATH", "backups")),  # from the project's folder
            _whole("DATABASE_BACKUP_KEEP", get("DATABASE_BACKUP_KEEP", "14")),
            _whole("DATABASE_BACKUP_DAYS", get("DATABASE_BACKUP_DAYS", "1")),
        )

    def path(self, target: str, now: datetime) -> Path:
        """The name of a backup that is made now."""
        return self.folder / f"signalroom-{target}-{now.strftime(TIME)}.{SUFFIXES[target]}"

    def outdated(self, names: Iterable[str], target: str, now: datetime) -> list[str]:
        """The backups of a target that go, and what killed ones left behind, oldest first.

        What its name does not say to be one is somebody else's.
        """
        old = now - timedelta(self.days)
        made = {}
        for name in names:
            found = NAME.fullmatch(name) or PART.fullmatch(name)
            if found and found[1] == target:
                with suppress(ValueError):  # no day or time
                    made[name] = datetime.strptime(found[2], TIME).replace(tzinfo=UTC)
        backups = sorted((name for name in made if NAME.fullmatch(name)), key=made.__getitem__)
        parts = set(made) - set(backups)
        going = parts | set(backups[: -self.count])
        return sorted((name for name in going if made[name] < old), key=made.__getitem__)

    def refuse_without_room(self, needed: int) -> None:
        """LoadError where the disk has less than a backup may need."""
        free = shutil.disk_usage(self.folder).free
        if free < needed:
            raise LoadError(
                f"{self.folder} has {megabytes(free)} free, and the backup may need "
                f"{megabytes(needed)}; make room, or set DATABASE_BACKUP_PATH"
            )


def megabytes(size: int) -> str:
    """A size as people read it."""
    return f"{size / 1e6:,.1f} MB"


def _whole(name: str, value: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,4}", value):
        raise InvalidSetting(f"{name} must be a whole number from 1 on, not {value}")
    return int(value)
