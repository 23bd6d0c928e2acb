"""Every benchmark, one table: ``make bench``."""

import busy_day
import contamination
import inside
import keeping
import postgres
import server_ingest
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
            *server_ingest.main(),
            *contamination.main(),
            *busy_day.main(),
        ]
    )
