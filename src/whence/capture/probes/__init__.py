"""What a run was made of besides its files: code, environment, machine, people.

A probe asks the machine and answers with frozen values. It never raises for what the machine is
like, and never takes long: what could not be found out in time is a ``Gap`` among its answers.

- ``git``: the state of the repository, asked before the program starts.
- ``environment``: interpreters, packages installed and imported, operating system, container.
- ``packages``: what is installed in a folder of packages, told from file names and ``RECORD``.
- ``hardware``: processor, memory, accelerators.
- ``actor``: who ran it.
- ``command``: how another program is asked, with limits on time and length.
"""
