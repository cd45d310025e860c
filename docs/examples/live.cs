#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// What does a live separation look like from the inside?
using Math4AI.Audio;
using Math4AI.Separation.Live;

// Three sources in three channels, pushed as a sound card would: by another thread, in blocks of its own length.
// AudioDevice.Capture("default", channels: 3, sampleRate: 48000, block: 64, capacity: 48000) has such a ring too.
Recording party = CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing);
using var input = new AudioRing(party.Channels, 1 << 15);
using var output = new AudioRing(party.Channels, 1 << 15);
var card = new Thread(() =>
{
    for (int sent = 0; sent < party.Length && input.WaitWritable(480, Timeout.InfiniteTimeSpan);)
    {
        PlanarBlock free = input.AcquireWrite(Math.Min(480, party.Length - sent));
        for (int channel = 0; channel < free.Channels; channel++)
        {
            party.Channel(channel).Slice(sent, free.Frames).CopyTo(free[channel]);
        }

        input.Commit(free.Frames);
        sent += free.Frames;
    }

    input.Close();
});

// Whoever hears the sources: waiting costs no processor time.
long heard = 0;
var listener = new Thread(() =>
{
    while (output.WaitReadable(1, Timeout.InfiniteTimeSpan))
    {
        PlanarBlock sources = output.AcquireRead(480);
        heard += sources.Frames;
        output.Release(sources.Frames);
    }
});

const int Block = 64;
var separator = new StreamingSeparator(party.Channels, party.SampleRate);
var live = new LiveSeparation(separator, Block);
card.Start();
listener.Start();
live.Run(input, output);
output.Close();
listener.Join();
card.Join();
Console.WriteLine($"{heard} of {party.Length} frames heard, {input.Counts().Overruns} blocks lost");
double period = 1e6 * Block / party.SampleRate, taken = 1e6 * live.Processing.Quantile(0.5);
Console.WriteLine($"separating a block of {period:0} µs took {taken:0.0} µs at the median");
