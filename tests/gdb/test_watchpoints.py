# SPDX-License-Identifier: MIT
"""Watchpoints: Z2 (watch), Z3 (rwatch), Z4 (awatch)."""

import session
from session import Case

END = 'exited with code'


class Watchpoints(Case):
    def watch(self, *commands, options=()):
        """Sets watchpoints and lets data_main() begin."""
        gdb = self.begin(None, *options)
        gdb.command('tbreak data')
        gdb.command('jump data')
        for command in commands:
            self.assertRegex(gdb.command(command), r'[Ww]atchpoint \d+: ')
        return gdb

    def assert_hits(self, *texts):
        """Continues through stops that say these, then to the end."""
        for text in texts:
            self.assertRegex(self.gdb.command('continue'), text)
        self.assertIn(END, self.gdb.command('continue'))

    @staticmethod
    def change(old, new):
        return r'(?s)[Ww]atchpoint \d+: .*Old value = %s\s.*New value = %s\s' % (old, new)

    @staticmethod
    def read(value):
        return r'(?s)(Hardware read|Hardware access|acc)\S* ?.*watchpoint \d+: .*Value = %s\s' % value

    def test_write(self):
        self.watch('watch record.word')
        self.assert_hits(self.change(0, 10), self.change(10, 11))

    def test_in_each_executor(self):
        for way in 'interp', 'ir', 'jit':
            with self.subTest(exec=way):
                self.watch('watch record.word', options=['--exec=' + way])
                self.assert_hits(self.change(0, 10), self.change(10, 11))

    def test_stops_behind_the_store(self):
        """The value is there, and the store is the instruction before."""
        gdb = self.watch('watch record.word')
        gdb.command('continue')
        self.assertEqual(gdb.value('record.word'), 10)
        self.assertRegex(gdb.command('x/i $pc - 4'), r'\sst ')

    def test_read(self):
        self.watch('rwatch record.word')
        self.assert_hits(self.read(11))

    def test_access(self):
        self.watch('awatch record.word')
        self.assert_hits(self.change(0, 10), self.read(10), self.change(10, 11), self.read(11))

    def test_small_ones(self):
        self.watch('watch record.halves[1]', 'watch record.bytes[2]')
        self.assert_hits(self.change(0, 12), self.change(r'0 .*', r'13 .*'), self.change('13 .*', '3 .*'))

    def test_a_byte_of_a_word(self):
        """A store that covers more than what is watched."""
        self.watch('watch record.bytes[1]')
        self.assert_hits(self.change('0 .*', '2 .*'))

    def test_a_byte_of_a_pair(self):
        self.watch('watch *((unsigned char *)&record.pair + 6)')
        self.assert_hits(self.change('0 .*', '119 .*'))

    def test_double(self):
        self.watch('awatch record.number')
        self.assert_hits(self.change(0, r'1\.5'), self.read(r'1\.5'))

    def test_a_whole_struct(self):
        gdb = self.watch('watch record')
        hits = 0
        while END not in gdb.command('continue'):
            hits += 1
        self.assertEqual(hits, 12, 'each store that changed something')

    def test_neighbours_do_not_hit(self):
        """The words before and after, in the same page, are accessed all the time."""
        self.watch('awatch *((unsigned *)&record + 20)')
        self.assert_hits()

    def test_atomics_write(self):
        self.watch('watch record.lock')
        self.assert_hits(self.change(0, 4278190080), self.change(4278190080, 0), self.change(0, 77))

    def test_atomics_read(self):
        self.watch('rwatch record.lock')
        self.assert_hits(*3 * ['read watchpoint'])

    def test_registers_of_a_device(self):
        gdb = self.begin()
        self.go_to('input')
        gdb.command('awatch *(unsigned *)0x80000108')
        gdb.command('rwatch *(unsigned *)0x80000104')
        self.assertRegex(gdb.command('continue'), r'0x80000108\s+(Old value|Value) = ')
        self.assertRegex(gdb.command('continue'), r'0x80000104\s+Value = ')

    def test_condition(self):
        self.watch('watch record.word if record.word == 11')
        self.assert_hits(self.change(10, 11))

    def test_delete(self):
        gdb = self.watch('watch record.word', 'awatch record.before', 'rwatch record.bytes[2]')
        self.assertRegex(gdb.command('continue'), 'record.before')
        gdb.command('delete')
        self.assertIn(END, gdb.command('continue'))
        self.assert_ends(gdb.value('$_exitcode'))

    def test_too_many(self):
        """One that finds no place is told of; without it the session goes on."""
        gdb = self.watch(*['watch *((unsigned char *)&total + %d)' % n for n in range(33)])
        self.assertIn('Could not insert hardware watchpoint', gdb.command('continue'))
        gdb.command('delete')
        gdb.command('watch record.word')
        self.assert_hits(self.change(0, 10), self.change(10, 11))

    def test_local_variable(self):
        """It ends with its frame."""
        gdb = self.begin()
        gdb.command('tbreak on_stack')
        gdb.command('jump data')
        gdb.command('watch array[2]')
        self.assertRegex(gdb.command('continue'), r'New value = 3\s')
        self.assertRegex(gdb.command('continue'), self.change(3, 7))
        self.assertIn('deleted because the program has left the block', gdb.command('continue'))
        self.assertIn(END, gdb.command('continue'))

    def test_step_onto_it(self):
        gdb = self.watch('watch record.word')
        for _ in range(60):
            text = gdb.command('stepi')
            if 'New value' in text:
                break
        self.assertRegex(text, self.change(0, 10))

    def test_finish_is_interrupted(self):
        gdb = self.begin()
        gdb.command('tbreak store_sizes')
        gdb.command('jump data')
        gdb.command('watch record.word')
        self.assertRegex(gdb.command('finish'), self.change(0, 10))

    def test_any_cpu(self):
        """The one that made the access is the current thread."""
        gdb = self.begin(None, '--board', session.HERE + '/two.board')
        self.go_to('spin')
        gdb.command('thread 2')
        self.go_to('data')
        gdb.command('set $sp = 0x47000000')
        gdb.command('watch record.word')
        gdb.command('watch *(unsigned *)&counter if *(unsigned *)&counter % 64 == 0')
        seen = [gdb.command('continue') + gdb.command('thread') for _ in range(6)]
        words = [text for text in seen if 'record.word' in text]
        counts = [text for text in seen if 'counter' in text]
        self.assertTrue(words and counts, seen)
        self.assertTrue(all('Current thread is 2' in text for text in words), seen)
        self.assertTrue(all('Current thread is 1' in text for text in counts), seen)


if __name__ == '__main__':
    session.main()
