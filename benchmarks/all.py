"""Every benchmark, one table: ``make bench``."""

import inside
import keeping
import postgres
import versions
import walks
from rowtable import print_rows

import capture
import receipts
import recording

if __name__ == "__main__":
    print_rows(
        [
            *recording.main(),
            *walks.main(),
            *capture.main(),
            *inside.main(),
            *keeping.main(),
            *versions.main(),
            *receipts.main(),
            *postgres.main(),
        ]
    )
