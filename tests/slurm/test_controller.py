"""A run while nobody answers it; first of all, because no other run could be begun meanwhile."""

import os
import signal
import time

from cluster import STATE, network, slurm, wait_for_a_state


def test_a_run_outlives_the_absence_of_the_controller(train, undisturbed):
    run = train(["first"])
    wait_for_a_state(run, "first")
    controller = STATE / "slurmctld.pid"
    os.kill(int(controller.read_text()), signal.SIGTERM)
    time.sleep(20)
    assert not controller.exists()
    assert run.process.poll() is None, run.output
    slurm("slurmctld")
    assert run.end() == 0, run.output
    assert (run.folder / network("first")).read_bytes() == undisturbed
    assert [job["JobState"] for job in run.jobs()] == ["COMPLETED"]
