"""Every benchmark, one table: ``make bench``."""

import capture
import recording
import walks
from rowtable import print_rows

if __name__ == "__main__":
    print_rows([*recording.main(), *walks.main(), *capture.main()])
