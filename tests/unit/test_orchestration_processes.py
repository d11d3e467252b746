"""Processes: started in groups of their own, ended with all they left behind."""

import os
import signal
import sys
import time

from keiyu.orchestration import processes

PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("started", flush=True)
time.sleep(60)
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


def start(tmp_path, code, patience=5.0, mark="test"):
    log = tmp_path / f"{time.monotonic_ns()}.log"
    environment = {**os.environ, processes.MARK: f"{mark}:{tmp_path}"}
    child = processes.start("child", [sys.executable, "-c", code], environment, log, patience)
    while not log.read_text():
        time.sleep(0.01)
    return child


def marked(tmp_path, mark="test"):
    return processes.marked(f"{mark}:{tmp_path}")


def test_ending_a_process_ends_its_children(tmp_path):
    child = start(tmp_path, PARENT)
    assert len(marked(tmp_path)) == 2
    processes.end([child])
    assert child.ended == -signal.SIGTERM
    assert marked(tmp_path) == []


def test_a_process_that_does_not_listen_is_killed(tmp_path):
    child = start(tmp_path, DEAF, patience=0.2)
    processes.end([child])
    assert child.ended == -signal.SIGKILL


def test_ending_what_has_ended_is_no_error(tmp_path):
    child = start(tmp_path, "print('done')")
    child.process.wait()
    processes.end([child])
    assert child.ended == 0


def test_orphans_of_a_killed_parent_are_found_by_their_mark(tmp_path):
    child = start(tmp_path, PARENT)
    other = start(tmp_path, PARENT, mark="other")
    child.process.kill()
    child.process.wait()
    assert processes.end_marked(f"test:{tmp_path}") == 1
    assert marked(tmp_path) == []
    assert len(marked(tmp_path, "other")) == 2, "another stack's processes are left alone"
    processes.end([other])


def test_a_terminal_interrupt_does_not_reach_the_child(tmp_path):
    child = start(tmp_path, PARENT)
    assert os.getpgid(child.process.pid) == child.process.pid != os.getpgid(0)
    assert os.getsid(child.process.pid) != os.getsid(0)
    processes.end([child])
