# SPDX-License-Identifier: MIT
"""Several CPUs: woken, counting together, powered down, failing; the same in every run."""

import support
from support import run


class Smp(support.Case):
    def test_they_count_together(self):
        for cpus in 2, 4, 16:
            for quantum in 1, 7, 1000:
                with self.subTest(cpus=cpus, quantum=quantum):
                    self.check(run('--smp', str(cpus), '--quantum', str(quantum), 'smp.elf'), 0)

    def test_ten_runs_are_the_same(self):
        for cpus in 1, 2, 4:
            for executor in '--exec=interp', '--exec=jit':
                runs = [run(executor, '--smp', str(cpus), '--stats', 'smp.elf') for _ in range(10)]
                counts = {(r.status, r.out, r.stat('instructions'), r.stat('cycles')) for r in runs}
                self.assertEqual(len(counts), 1, counts)

    def test_the_executor_does_not_matter(self):
        for program in 'smp.elf', 'ipi.elf':
            for cpus in 1, 2, 4, 8, 16:
                for quantum in 3, 1000:
                    if program == 'ipi.elf' and cpus == 16:
                        continue  # no boot addresses
                    runs = [run(*executor.split(), '--smp', str(cpus), '--quantum', str(quantum),
                                '--stats', program) for executor in
                            ('--exec=interp', '--exec=jit', '--jit-threshold=0', '--exec=ir',
                             '--jit-threshold=0 --no-chain', '--jit-threshold=0 --one-insn')]
                    counts = {(r.status, r.stat('instructions'), r.stat('cycles')) for r in runs}
                    self.assertEqual(len(counts), 1, (program, cpus, quantum, counts))

    def test_interrupts_between_cpus(self):
        self.check(run('--smp', '1', 'ipi.elf'), 0)
        for cpus in 2, 4, 8:
            for quantum in 1, 10, 1000:
                with self.subTest(cpus=cpus, quantum=quantum):
                    self.check(run('--smp', str(cpus), '--quantum', str(quantum), 'ipi.elf'), 0,
                               r'^\[\d+\] cpu 1 in error mode.*the other CPUs go on')

    def test_time_does_not_go_back(self):
        for executor in '--exec=interp', '--jit-threshold=0':
            for cpus in 1, 2, 4:
                for quantum in 7, 700, 10000:
                    with self.subTest(executor=executor, cpus=cpus, quantum=quantum):
                        self.check(run(executor, '--smp', str(cpus), '--quantum', str(quantum),
                                       'uptime.elf'), 0)

    def test_the_quantum_is_exact(self):
        """Another quantum is another interleaving: the lock is waited for differently."""
        counts = {run('--smp', '4', '--quantum', str(q), '--stats', 'smp.elf').stat('instructions')
                  for q in (1, 10, 100, 1000)}
        self.assertGreater(len(counts), 1)

    def test_one_fails_and_the_others_go_on(self):
        self.check(run('--smp', '4', 'smp_fails.elf'), 0, r'^\[\d+\] cpu 1 in error mode.*the other CPUs go on')

    def test_any_of_them_can_exit(self):
        self.check(run('--smp', '4', 'smp_other_exits.elf'), 9)

    def test_count_out_of_range(self):
        for count in '0', '17', 'x':
            self.check(run('--smp', count, 'smp.elf'), support.USAGE, r'--smp')


if __name__ == '__main__':
    support.main()
