import { expect, test } from 'vitest';
import { parseMailQueue } from '../../../../src/notifications/email/mail-queue.ts';

test('the queue of Postfix: ids, recipients, and why they wait', () => {
  const text = `-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------
4F1A2C0B3D      456 Wed Nov 25 10:31:27  root@pve1.example.net
                       (connect to mail.example.org[192.0.2.1]:25: Connection refused)
                                         a@example.org
                                         b@example.org

5A0B1C2D3E*     789 Wed Nov 25 10:32:00  root@pve1.example.net
                                         c@example.org

-- 2 Kbytes in 2 Requests.
`;
  expect(parseMailQueue(text)).toEqual([
    {
      id: '4F1A2C0B3D',
      recipients: ['a@example.org', 'b@example.org'],
      reason: 'connect to mail.example.org[192.0.2.1]:25: Connection refused',
    },
    { id: '5A0B1C2D3E', recipients: ['c@example.org'] },
  ]);
});

test('the queue of dma', () => {
  const text =
    'ID\t: be293.561d8\nFrom\t: root@vm\nTo\t: a@example.org\n--\nID\t: be294.1\nFrom\t: root@vm\nTo\t: root\n';
  expect(parseMailQueue(text)).toEqual([
    { id: 'be293.561d8', recipients: ['a@example.org'] },
    { id: 'be294.1', recipients: ['root'] },
  ]);
});

test.each(['Mail queue is empty\n', ''])('%j is an empty queue', (text) => {
  expect(parseMailQueue(text)).toEqual([]);
});

test('an unknown form is no queue', () => {
  expect(parseMailQueue('mailq: what?\n')).toBeUndefined();
});

test('Exim: those who have the mail do not count, and a frozen one is told to be so', () => {
  const text = `25m  2.9K 0t5C6f-0000c8-00 <root@node1.example>
        D admin@example.org
          second@example.org

 3d   612 1xWDkd-000169-2p <> *** frozen ***
          root@node1.example
`;
  expect(parseMailQueue(text)).toEqual([
    { id: '0t5C6f-0000c8-00', recipients: ['second@example.org'] },
    { id: '1xWDkd-000169-2p', recipients: ['root@node1.example'], reason: 'frozen by Exim' },
  ]);
});
