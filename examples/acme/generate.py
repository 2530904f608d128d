"""Write the made company to a folder: python examples/acme/generate.py --out DIR [--leads N] [--seed S] …"""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from handraiser.edge.acme import EVENT_KINDS, make_acme, write_acme, write_dirty


def main() -> None:
    """Make the company that the options ask for and say which files were written."""
    parser = argparse.ArgumentParser(description="Write a made company with a known truth to a folder.")
    parser.add_argument("--out", type=Path, required=True, help="folder, made where it does not exist")
    parser.add_argument("--leads", type=int, default=2000, help="how many leads (2000)")
    parser.add_argument("--seed", type=int, default=7, help="another seed, another company (7)")
    parser.add_argument("--end", type=datetime.fromisoformat, default="2026-06-30", help="when its year ends")
    parser.add_argument("--events", choices=EVENT_KINDS, default="parquet", help="kind of the events file")
    parser.add_argument("--dirty", action="store_true", help="a part of it, as sick as real exports")
    asked = parser.parse_args()
    end = asked.end if asked.end.tzinfo else asked.end.replace(tzinfo=UTC)
    acme = make_acme(end=end, leads=asked.leads, seed=asked.seed)
    files = write_dirty(acme, asked.out) if asked.dirty else write_acme(acme, asked.out, events=asked.events)
    print(*files, sep="\n")


if __name__ == "__main__":
    main()
