#!/usr/bin/env bash
# Live sound with the sound systems that are installed: ALSA's plugins, PulseAudio with a null sink, JACK with its dummy
# back end. Each is started here, in a folder of its own, and ended. A line says for each what was seen; the exit code
# is the number of lines that went wrong.
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

# listen NAME SECONDS STOP WORDS: streams so long, stopped for STOP seconds in the middle.
listen() {
    local name=$1 seconds=$2 stop=$3
    shift 3
    "$math4ai" stream --start "$folder/same.csv" --freeze 0s --json --force "$@" >"$folder/$name.json" 2>"$folder/$name.err" &
    local process=$!
    sleep "$seconds"
    if [[ $stop != 0 ]]; then
        kill -STOP $process && sleep "$stop" && kill -CONT $process && sleep "$seconds"
    fi
    kill -INT $process 2>/dev/null
    wait $process
    echo "$?" >"$folder/$name.code"
}

report() {
    local name=$1 json=$folder/$1.json code
    code=$(cat "$folder/$name.code")
    if [[ $code != 0 || ! -s $json ]]; then
        say "$name" 0 "exit code $code: $(head -c 300 "$folder/$name.err" | tr '\n' ' ')"
        return
    fi
    say "$name" 1 "$(value soundSeconds "$json") s, moved $(value moved "$json") of $(value expected "$json") frames, lost $(value lost "$json"), reported $(value flagged "$json") times, dropped $(value dropped "$json"), filled $(value filled "$json")$(grep -q partsPerMillion "$json" && echo ", drift $(value partsPerMillion "$json") ppm, fill $(value fillSeconds "$json") s")"
}

alsa() {
    printf 'pcm.!default { type null }\npcm.m4null { type null }\npcm.m4file { type file slave.pcm "m4null" file "%s/played.raw" format "raw" }\n' \
        "$folder" >"$folder/asound.conf"
    export ALSA_CONFIG_PATH=$folder/asound.conf
    listen alsa-null 3 0 --device m4null --channels 2 -o "$folder/alsa.wav"
    report alsa-null
    "$math4ai" devices --json >"$folder/list.json" 2>&1 && grep -q m4null "$folder/list.json"
    say "ALSA's devices are listed" $((!$?)) "$(grep -c '"name"' "$folder/list.json") devices"
    unset ALSA_CONFIG_PATH
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
    report pulse-monitor
    listen pulse-monitor-stopped-3-s 6 3 --device m4in --rate 48000 -o "$folder/pulse.wav"
    report pulse-monitor-stopped-3-s
    unset ALSA_CONFIG_PATH PULSE_SERVER
}

jack() {
    command -v jackd >/dev/null || { echo "left out: JACK is not installed"; return; }
    jackd --no-realtime --name "$JACK_DEFAULT_SERVER" -d dummy --rate 48000 --period 256 >"$folder/jack.log" 2>&1 &
    servers+=($!)
    sleep 3
    listen jack-dummy 5 0 --device system --rate 48000 --block 256 -o "$folder/jack.wav"
    report jack-dummy
    listen jack-duplex 6 2 --device system --play system --rate 48000 --block 256
    report jack-duplex
}

alsa
pulse
jack
exit $wrong
