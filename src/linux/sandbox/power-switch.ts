// How an instance says that it wants to be off, or booted again: its `shutdown`, `poweroff` and `reboot` write a word into
// a named pipe in the guest directory, which only its root may open and which process 1 holds open, so that a word that
// comes while no daemon runs waits for the next.

import { execFile } from 'node:child_process'
import { constants, existsSync, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

export type PowerWish = 'poweroff' | 'reboot'

/** The pipe's name in the guest directory. */
export const POWER_PIPE = 'power'
/** The program's; process 1 puts it where `shutdown`, `poweroff` and `reboot` are looked for. */
export const POWER_COMMAND = 'power-command'

/** `shutdown` without a time means in a minute, as everywhere. */
export const POWER_SCRIPT = `#!/bin/sh
wish=poweroff
when=now
if [ "\${0##*/}" = reboot ]; then wish=reboot; fi
if [ "\${0##*/}" = shutdown ]; then
  when=+1
  for word; do
    case $word in
      -r | --reboot) wish=reboot ;;
      -h | -P | -H | --poweroff | --halt) ;;
      -c) kill "$(cat /run/shutdown.pid 2>/dev/null)" 2>/dev/null; exit 0 ;;
      now | +[0-9]*) when=$word; break ;;
      *) echo "shutdown: not understood here: $word (use -h, -P, -r or -c, and now or +minutes)" >&2; exit 1 ;;
    esac
  done
fi
pipe=/run/postern/${POWER_PIPE}
[ -w "$pipe" ] || { echo "\${0##*/}: only root may" >&2; exit 1; }
minutes=\${when#+}
if [ "$when" = now ] || [ "$minutes" = 0 ]; then echo $wish > "$pipe"; exit; fi
(trap '' HUP; sleep $((minutes * 60)); echo $wish > "$pipe") </dev/null >/dev/null 2>&1 &
echo $! > /run/shutdown.pid
echo "$wish in $minutes minutes; shutdown -c cancels it"
`

/** Makes the pipe where it is not there yet. */
export async function makePowerSwitch(guestDirectory: string): Promise<void> {
  const path = join(guestDirectory, POWER_PIPE)
  if (!existsSync(path)) await execute('mkfifo', ['-m', '600', path])
}

/** Tells of each wish until it is closed. What is no wish ends it too: the instance may write what it likes. */
export function watchPowerSwitch(guestDirectory: string, onWish: (wish: PowerWish) => void): { close(): void } {
  // Opened for writing too, there is never an end of the stream.
  const fd = openSync(join(guestDirectory, POWER_PIPE), constants.O_RDWR | constants.O_NONBLOCK)
  const pipe = new Socket({ fd, readable: true, writable: false })
  pipe.on('error', () => pipe.destroy())
  pipe.on('data', (bytes) => {
    const wish = parseWish(bytes.toString('latin1'))
    if (wish) onWish(wish)
    else pipe.destroy()
  })
  pipe.unref()
  return { close: () => pipe.destroy() }
}

function parseWish(text: string): PowerWish | undefined {
  const wishes: readonly PowerWish[] = ['poweroff', 'reboot']
  return wishes.find((wish) => text.startsWith(`${wish}\n`))
}
