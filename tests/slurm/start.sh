#!/usr/bin/env bash
# Starts a SLURM on this machine alone (Debian, root): two nodes in partition cpu; one node with two
# GPUs in partition gpu, whose jobs give way to those of partition urgent. stop.sh ends it.
#
# The GPUs are counted and nothing else: no driver is behind them.
set -euo pipefail

state=/var/tmp/defrost-slurm
config=/etc/slurm # SLURM's own place: steps of jobs forget another
host=$(hostname -s)

say() { echo "start.sh: $*"; }
wait_for() { # seconds, what, command
    local i limit=$1 what=$2
    shift 2
    for ((i = 0; i < limit * 10; i++)); do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
    done
    say "$what: not within $limit s; $state/log may say why" >&2
    exit 1
}

packages=()
for package in slurmctld slurmd slurm-client munge; do
    dpkg --status "$package" >/dev/null 2>&1 || packages+=("$package")
done
if [ ${#packages[@]} -gt 0 ]; then
    say "installing ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${packages[@]}" </dev/null >/dev/null
fi

if [ -e $config/slurm.conf ] && ! grep -q defrost $config/slurm.conf; then
    say "$config/slurm.conf belongs to another cluster" >&2
    exit 1
fi
chmod a-x /usr/bin/sacct # no accounting here, and while nobody answers squeue it would be asked
install -d -m 755 $config $state/log $state/controller $state/spool.c1 $state/spool.c2 $state/spool.g1
for gpu in 0 1; do # a GPU needs a device file, any, or its node is refused
    [ -e $state/gpu$gpu ] || mknod $state/gpu$gpu c 195 $gpu 2>/dev/null || touch $state/gpu$gpu
done
echo "NodeName=g1 Name=gpu File=$state/gpu[0-1]" >$config/gres.conf
cat >$config/slurm.conf <<CONF
ClusterName=defrost
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CryptoType=crypto/munge
# a job that is queued again waits until its credential is no longer valid: else two minutes
AuthInfo=cred_expire=5
SlurmctldPort=16817
StateSaveLocation=$state/controller
SlurmdSpoolDir=$state/spool.%n
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd.%n.pid
SlurmctldLogFile=$state/log/slurmctld.log
SlurmdLogFile=$state/log/slurmd.%n.log

# containers have no cgroups of their own to give
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
# the processors and the memory said below, not what the machine has
SlurmdParameters=config_overrides

SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0,sched_min_interval=0
PriorityType=priority/basic
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
# finished jobs stay on record for the tests
MinJobAge=3600
# seconds from the signal to end to the one that kills, and until a silent node counts as down
KillWait=5
SlurmdTimeout=15
AccountingStorageType=accounting_storage/none

NodeName=c[1-2] NodeHostname=$host NodeAddr=127.0.0.1 Port=[17001-17002] CPUs=4 RealMemory=64000 State=UNKNOWN
NodeName=g1 NodeHostname=$host NodeAddr=127.0.0.1 Port=17101 CPUs=4 RealMemory=64000 Gres=gpu:2 State=UNKNOWN
PartitionName=cpu Nodes=c[1-2] Default=YES MaxTime=1-0 State=UP PriorityTier=1 PreemptMode=off
PartitionName=gpu Nodes=g1 MaxTime=1-0 State=UP PriorityTier=1 PreemptMode=requeue
PartitionName=urgent Nodes=g1 MaxTime=1-0 State=UP PriorityTier=10 PreemptMode=off
CONF

if ! munge -n >/dev/null 2>&1; then
    [ -s /etc/munge/munge.key ] || runuser -u munge -- mungekey --create
    install -d -o munge -g munge -m 755 /run/munge
    install -d -o munge -g munge -m 700 /var/log/munge /var/lib/munge
    runuser -u munge -- munged --pid-file=/run/munge/munged.pid
    wait_for 10 munged munge -n
    cp /run/munge/munged.pid $state/munged.pid
fi

slurmctld -c # from an empty queue
wait_for 30 slurmctld scontrol ping
for node in c1 c2 g1; do
    slurmd -N $node
done
all_idle() { [ "$(sinfo -h -N -o '%N %t' | sort -u | grep -c ' idle$')" = 3 ]; }
wait_for 60 "nodes" all_idle
sinfo
