#!/usr/bin/env bash
# Live sound with the sound systems that are installed: ALSA's plugins, PulseAudio with a null sink, JACK with its dummy
# back end. Each is started here, in a folder of its own, and ended. A line says for each what was seen, and it has passed
# only if the bounds of report() hold; the exit code is the number of lines that went wrong.
#   devices.sh MATH4AI
set -uo pipefail

math4ai=$1
folder=$(mktemp -d)
wrong=0
servers=()
export HOME=$folder XDG_RUNTIME_DIR=$folder PULSE_RUNTIME_PATH=$folder/pulse JACK_DEFAULT_SERVER=math4ai-$$ JACK_NO_AUDIO_RESERVATION=1
printf '1,0\n0,1\n' >"$folder/same.csv"

end() {
    local server
    for server in "${servers[@]}"; do
        kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
    done
    rm -rf "$folder"
}
trap end EXIT

# say NAME OK WORDS: a line, and a mark where it is not as it should be.
say() {
    if [[ $2 == 1 ]]; then
        echo "passed: $1: $3"
    else
        echo "FAILED: $1: $3"
        wrong=$((wrong + 1))
    fi
}

# The value of a number or a word in the JSON of a file.
value() {
    grep -om1 "\"$1\": *[^,}]*" "$2" | sed 's/.*: *//'
}

# listen NAME SECONDS STOP WORDS: streams so long, stopped for STOP seconds in the middle. A device may take a while to
# begin: where a file is written, the seconds count from its first samples on.
listen() {
    local name=$1 seconds=$2 stop=$3
    shift 3
    "$math4ai" stream --start "$folder/same.csv" --freeze 0s --json --force "$@" >"$folder/$name.json" 2>"$folder/$name.err" &
    local process=$! file=${!#} i
    for ((i = 0; i < 600; i++)); do
        [[ $file != *.wav || $(stat -c %s "$file" 2>/dev/null || echo 0) -gt 10000 ]] && break
        sleep 0.1
    done
    sleep "$seconds"
    if [[ $stop != 0 ]]; then
        kill -STOP $process && sleep "$stop" && kill -CONT $process && sleep "$seconds"
    fi
    kill -INT $process 2>/dev/null
    wait $process
    echo "$?" >"$folder/$name.code"
}

# within A B LIMIT: whether |A - B| <= LIMIT.
within() {
    awk -v a="$1" -v b="$2" -v limit="$3" 'BEGIN { d = a - b; exit !((d < 0 ? -d : d) <= limit) }'
}

# report NAME SECONDS [RATE]: the stream lasted so long or more; every frame that the clock expects was moved or is known
# to be lost, but for half a second, in which a loss is not known yet; and silence stands for every frame that was lost or
# found no room, unless it plays. A rate of 0 is that of a device without a clock, such as ALSA's null. Between two devices the fill of the rings is within 20 ms of its target.
report() {
    local name=$1 seconds=$2 rate=${3:-48000} json=$folder/$1.json code ok=1
    code=$(cat "$folder/$name.code")
    if [[ $code != 0 || ! -s $json ]]; then
        say "$name" 0 "exit code $code: $(head -c 300 "$folder/$name.err" | tr '\n' ' ')"
        return
    fi
    local sound moved expected lost dropped filled
    sound=$(value soundSeconds "$json") moved=$(value moved "$json") expected=$(value expected "$json")
    lost=$(value lost "$json") dropped=$(value dropped "$json") filled=$(value filled "$json")
    awk -v is="$sound" -v least="$seconds" 'BEGIN { exit !(is >= least) }' || ok=0
    [[ $rate == 0 ]] || within "$((moved + lost))" "$expected" "$((rate / 2))" || ok=0
    local drift=
    if grep -q partsPerMillion "$json"; then
        local fill target
        fill=$(value fillSeconds "$json") target=$(value targetSeconds "$json")
        within "$fill" "$target" 0.02 || ok=0
        drift=", drift $(value partsPerMillion "$json") ppm, fill $fill s for a target of $target s"
    elif [[ $rate != 0 ]]; then
        within "$filled" "$((lost + dropped))" "$((rate / 2))" || ok=0
    fi
    say "$name" $ok "$sound s, moved $moved of $expected frames, lost $lost, reported $(value flagged "$json") times, dropped $dropped, filled $filled$drift"
}

alsa() {
    command -v arecord >/dev/null || { echo "left out: ALSA's tools are not installed"; return; }
    # A second of a ramp that repeats, which the file device plays back for ever.
    awk 'BEGIN { for (i = 0; i < 96000; i++) printf "%c", 1 + i % 100 }' >"$folder/heard.raw"
    cat >"$folder/asound.conf" <<END
pcm.!default { type null }
pcm.m4null { type null }
pcm.m4file { type file slave.pcm "m4null" file "$folder/played.raw" infile "$folder/heard.raw" format "raw" }
END
    export ALSA_CONFIG_PATH=$folder/asound.conf
    listen alsa-null 3 0 --device m4null --channels 2 -o "$folder/alsa.wav"
    report alsa-null 1 0
    listen alsa-file 3 0 --device m4file --channels 2 -o "$folder/file.wav"
    report alsa-file 1 0
    "$math4ai" devices --json >"$folder/list.json" 2>&1 && grep -q m4null "$folder/list.json" && grep -q m4file "$folder/list.json"
    say "ALSA's devices are listed" $((!$?)) "$(grep -c '"name"' "$folder/list.json") devices"
    unset ALSA_CONFIG_PATH
    # The kernel's loop: what is played on its first half is heard on the second.
    modprobe snd-aloop 2>/dev/null
    if grep -qs Loopback /proc/asound/cards; then
        aplay -q -D hw:Loopback,0 -f S16_LE -r 48000 -c 2 -d 8 /dev/zero &
        local player=$!
        listen alsa-loop 5 0 --device Loopback --channels 2 --rate 48000 -o "$folder/loop.wav"
        kill $player 2>/dev/null
        report alsa-loop 3
    else
        echo "left out: alsa-loop: the kernel has no snd-aloop; pulse-loop takes its place"
    fi
}

# Half a minute of a square wave of 0.5 at 480 Hz, on both channels.
tone() {
    local half='' i
    for ((i = 0; i < 50; i++)); do half+='\x00\x40\x00\x40'; done
    for ((i = 0; i < 50; i++)); do half+='\x00\xc0\x00\xc0'; done
    for ((i = 0; i < 14400; i++)); do printf "$half"; done |
        "$math4ai" stream - --format s16le --rate 48000 --channels 2 --start "$folder/same.csv" --freeze 0s -o "$folder/tone.wav" >/dev/null
}

pulse() {
    command -v pulseaudio >/dev/null || { echo "left out: PulseAudio is not installed"; return; }
    mkdir -p "$PULSE_RUNTIME_PATH"
    pulseaudio --daemonize=no --exit-idle-time=-1 --use-pid-file=no -n \
        -L "module-native-protocol-unix socket=$folder/pulse/native" \
        -L "module-null-sink sink_name=m4sink" >"$folder/pulse.log" 2>&1 &
    servers+=($!)
    for _ in $(seq 100); do [[ -S $folder/pulse/native ]] && break; sleep 0.1; done
    export PULSE_SERVER=unix:$folder/pulse/native
    printf 'pcm.m4in { type pulse device "m4sink.monitor" }\npcm.m4out { type pulse device "m4sink" }\n' >"$folder/pulse.conf"
    export ALSA_CONFIG_PATH=/usr/share/alsa/alsa.conf:$folder/pulse.conf
    listen pulse-monitor 8 0 --device m4in --rate 48000 -o "$folder/pulse.wav"
    report pulse-monitor 1
    listen pulse-monitor-stopped-3-s 6 3 --device m4in --rate 48000 -o "$folder/stopped.wav"
    report pulse-monitor-stopped-3-s 3
    # What is played on the sink is heard on its monitor.
    tone
    "$math4ai" stream "$folder/tone.wav" --start "$folder/same.csv" --freeze 0s --play m4out >/dev/null 2>&1 &
    local player=$!
    listen pulse-loop 8 0 --device m4in --rate 48000 -o "$folder/heard.wav"
    kill -INT $player 2>/dev/null
    wait $player
    report pulse-loop 1
    # Its samples are 32-bit floats: a quarter of a second of 0.5 or more is somewhere among them.
    od -An -v -tf4 -j 80 "$folder/heard.wav" | awk '{ for (i = 1; i <= NF; i++) n += $i > 0.4 || $i < -0.4 } END { exit !(n > 24000) }'
    say pulse-loop-heard $((!$?)) "a quarter of a second or more of the tone that was played"
    unset ALSA_CONFIG_PATH PULSE_SERVER
}

jack() {
    command -v jackd >/dev/null || { echo "left out: JACK is not installed"; return; }
    jackd --no-realtime --name "$JACK_DEFAULT_SERVER" -d dummy --rate 48000 --period 256 >"$folder/jack.log" 2>&1 &
    servers+=($!)
    sleep 3
    listen jack-dummy 5 0 --device system --rate 48000 --block 256 -o "$folder/jack.wav"
    report jack-dummy 1
    listen jack-duplex 6 2 --device system --play system --rate 48000 --block 256
    report jack-duplex 1
}

alsa
pulse
jack
exit $wrong
