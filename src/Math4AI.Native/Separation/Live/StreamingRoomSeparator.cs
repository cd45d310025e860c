using System.Numerics;
using Math4AI.Audio;
using Math4AI.Separation.Quality;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.IntegralTransforms;

namespace Math4AI.Separation.Live;

/// <summary>Settings of <see cref="StreamingRoomSeparator"/>.</summary>
public sealed record StreamingRoomOptions
{
    /// <summary>
    /// Gets the delay of the sources in samples, a power of two from 64 to 65536; null for about an eighth of a second.
    /// </summary>
    public int? Window { get; init; }

    /// <summary>Gets the reference microphone, from 0: the sources are reconstructed at this microphone.</summary>
    public int ReferenceMicrophone { get; init; }

    /// <summary>Gets the length of the history that is learned from, in seconds, from 1 to 60.</summary>
    public double HistorySeconds { get; init; } = 12.0;
}

/// <summary>
/// Separates live sound from a room with echoes. Every second, and every four seconds once the history is full, the
/// whole procedure for recordings (<see cref="RoomSeparator"/>) runs on the history in a thread of its own. Half a
/// second of sound later, its filters, cut to one window before and two after, replace the ones in use by a cross-fade.
/// Until the first filters are found, the input passes through unchanged. The results depend on the sound alone, since
/// late filters are waited for. <see cref="Process"/> allocates nothing but the task that learns, which reuses its
/// memory once the history is full.
/// </summary>
public sealed class StreamingRoomSeparator : IStreamSeparator
{
    private const int MaxChannels = 6;
    private const double WindowSeconds = 0.128;
    private const double LearnSeconds = 1.0;
    private const double LaterLearnSeconds = 4.0;
    private const double AdoptSeconds = 0.5;
    private const double ShortHistorySeconds = 6.0;
    private const double Silence = 1e-12;

    private readonly StreamingRoomOptions options;
    private readonly int sampleRate;
    private readonly int window;
    private readonly int block;
    private readonly int before;
    private readonly int after;
    private readonly int history;

    private readonly PartitionedFilters filters;
    private readonly double[][] input;
    private readonly double[][] output;
    private readonly double[][] fading;
    private readonly float[][] pastInput;
    private readonly float[][] pastOutput;

    private readonly double[][] heard;
    private readonly double[][] known;
    private FilterSet used;
    private FilterSet spare;
    private RoomLearner? learner;
    private double[] packed = [];
    private long frames;
    private long firstAdopted = -1;
    private long nextLearning;
    private long nextAdoption = long.MaxValue;
    private Task<bool>? learning;
    private int at;

    /// <summary>Initializes a separator.</summary>
    /// <param name="channels">The number of channels and of sources, 2 to 6.</param>
    /// <param name="sampleRate">The number of samples per second in each channel, 1000 or more.</param>
    /// <param name="options">The settings; the defaults suit most rooms.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public StreamingRoomSeparator(int channels, int sampleRate, StreamingRoomOptions? options = null)
    {
        this.options = options ?? new StreamingRoomOptions();
        if (channels is < 2 or > MaxChannels)
        {
            throw new ArgumentException(
                $"The stream has {channels} channels; a room can be separated with 2 to {MaxChannels} microphones.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1000);
        window = this.options.Window ?? 1 << (int)Math.Round(Math.Log2(WindowSeconds * sampleRate));
        if (!BitOperations.IsPow2(window) || window is < 64 or > 1 << 16)
        {
            throw new ArgumentException($"The window must be a power of two from 64 to 65536, not {window}.");
        }

        if (this.options.ReferenceMicrophone < 0 || this.options.ReferenceMicrophone >= channels)
        {
            throw new ArgumentException(
                $"There is no microphone {this.options.ReferenceMicrophone + 1}; the stream has {channels} channels.");
        }

        if (!(this.options.HistorySeconds is >= LearnSeconds and <= 60.0))
        {
            throw new ArgumentException(
                $"The history must be {LearnSeconds} to 60 seconds, not {this.options.HistorySeconds}.");
        }

        (Channels, this.sampleRate) = (channels, sampleRate);
        block = window / 4;
        (before, after) = (window - block, 2 * window);
        history = (int)(this.options.HistorySeconds * sampleRate);
        int kept = history + (int)(2.0 * AdoptSeconds * sampleRate);
        filters = new PartitionedFilters(channels, block, (before + after) / block);
        (input, output, fading) = (Arrays<double>(block), Arrays<double>(block), Arrays<double>(block));
        (pastInput, pastOutput) = (Arrays<float>(kept), Arrays<float>(kept));
        (heard, known) = (new double[channels][], new double[channels][]);
        nextLearning = (long)(LearnSeconds * sampleRate);
        FilterSet NewSet() => new(
            [.. Enumerable.Range(0, channels * channels).Select(_ => new double[before + after])],
            filters.NewSpectra());
        (used, spare) = (NewSet(), NewSet());
        for (int channel = 0; channel < channels; channel++)
        {
            used.Taps[channel * channels + channel][before] = 1.0;
        }

        filters.Transform(used.Taps, used.Spectra);
    }

    /// <inheritdoc/>
    public int Channels { get; }

    /// <inheritdoc/>
    public int Delay => window;

    /// <inheritdoc/>
    public bool IsFrozen { get; set; }

    /// <inheritdoc/>
    public double Change { get; private set; } = 1.0;

    /// <inheritdoc/>
    public void Process(PlanarBlock input, PlanarBlock output)
    {
        if (input.Channels != Channels || output.Channels != Channels || input.Frames != output.Frames)
        {
            throw new ArgumentException(
                $"Blocks of {input.Channels} × {input.Frames} and {output.Channels} × {output.Frames} samples do not "
                + $"fit {Channels} channels.");
        }

        for (int done = 0; done < input.Frames;)
        {
            int count = Math.Min(block - at, input.Frames - done);
            Exchange(input.Slice(done, count), output.Slice(done, count));
            at += count;
            done += count;
            if (at == block)
            {
                at = 0;
                Filter();
            }
        }
    }

    /// <inheritdoc/>
    public void WarmUp(int block) =>
        Rehearsal.Run(new StreamingRoomSeparator(Channels, sampleRate, options), sampleRate, block);

    /// <summary>Takes new frames, and returns those that were filtered a block ago.</summary>
    private void Exchange(PlanarBlock from, PlanarBlock to)
    {
        for (int channel = 0; channel < Channels; channel++)
        {
            Span<float> arriving = from[channel], leaving = to[channel];
            for (int i = 0; i < arriving.Length; i++)
            {
                // What is not finite becomes silence: it must not be remembered.
                input[channel][at + i] = float.IsFinite(arriving[i]) ? arriving[i] : 0.0;
                leaving[i] = (float)output[channel][at + i];
            }
        }
    }

    private void Filter()
    {
        filters.Push(input);
        Remember(pastInput, input, frames);
        frames += block;
        filters.Apply(used.Spectra, output);
        if (frames >= nextAdoption)
        {
            Adopt();
        }

        Remember(pastOutput, output, frames - block);
        if (!IsFrozen && learning is null && frames >= nextLearning)
        {
            BeginToLearn();
        }
    }

    private static void Remember(float[][] past, double[][] samples, long start)
    {
        int kept = past[0].Length;
        for (int channel = 0; channel < samples.Length; channel++)
        {
            for (int i = 0; i < samples[channel].Length; i++)
            {
                past[channel][(start + i) % kept] = (float)samples[channel][i];
            }
        }
    }

    private void BeginToLearn()
    {
        long now = frames, heardFrom = Math.Max(0, now - history);
        long knownFrom = firstAdopted < 0 ? long.MaxValue : Math.Max(firstAdopted, heardFrom);
        learning = Task.Factory.StartNew(
            () => Learn(now, heardFrom, knownFrom), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        nextAdoption = now + (long)(AdoptSeconds * sampleRate);
        nextLearning = now + (long)((now < history ? LearnSeconds : LaterLearnSeconds) * sampleRate);
    }

    /// <summary>Puts new filters into the spare set; returns false if there is nothing to learn from.</summary>
    private bool Learn(long now, long heardFrom, long knownFrom)
    {
        int length = (int)(now - heardFrom);
        Past(pastInput, heardFrom, now, heard);
        if (Array.Exists(heard, signal => Power(signal) < Silence))
        {
            return false;
        }

        // The history has another length until it is full.
        if (learner is null || learner.Length != length)
        {
            bool isShort = length < (long)(ShortHistorySeconds * sampleRate);
            // The old one first: both together would double the memory.
            learner = null;
            learner = new RoomLearner(Channels, length, sampleRate, isShort ? 2 * window : 4 * window);
        }

        learner.Learn(heard, null, CancellationToken.None);
        ToTaps(learner.Filters(options.ReferenceMicrophone), learner.LongWindow, spare.Taps);
        if (Array.Exists(spare.Taps, filter => !double.IsFinite(Power(filter))))
        {
            return false;
        }

        if (knownFrom < now)
        {
            // The output of input frame t lies at t + before in what was put out.
            Past(pastOutput, knownFrom, now, known);
            double[][] sources = learner.Outputs(options.ReferenceMicrophone);
            int[] order = Order(known, sources, (int)(knownFrom - heardFrom) - before);
            double[][] found = [.. spare.Taps];
            for (int filter = 0; filter < found.Length; filter++)
            {
                spare.Taps[filter] = found[order[filter / Channels] * Channels + filter % Channels];
            }
        }

        filters.Transform(spare.Taps, spare.Spectra);
        return true;
    }

    /// <summary>Finds the new source for each place of the output: the one most like what was output there.</summary>
    private static int[] Order(double[][] known, double[][] sources, int shift)
    {
        int from = Math.Max(0, -shift);
        double[,] likeness = new double[known.Length, sources.Length];
        for (int n = 0; n < known.Length; n++)
        {
            for (int k = 0; k < sources.Length; k++)
            {
                double product = 0.0, power = 1e-30;
                for (int t = from; t < known[n].Length; t++)
                {
                    product += known[n][t] * sources[k][t + shift];
                    power += sources[k][t + shift] * sources[k][t + shift];
                }

                likeness[n, k] = product / Math.Sqrt(power * (Power(known[n]) + 1e-30));
            }
        }

        return Permutations.Of(known.Length).MaxBy(order => order.Select((k, n) => likeness[n, k]).Sum())!;
    }

    /// <summary>
    /// Computes the taps from −<see cref="before"/> to <see cref="after"/>, the first of them faded in.
    /// </summary>
    private void ToTaps(Complex[][] spectrum, int length, double[][] taps)
    {
        int ramp = block / 2, last = Math.Min(after, length / 2);
        packed = packed.Length == length + 2 ? packed : new double[length + 2];
        for (int filter = 0; filter < taps.Length; filter++)
        {
            for (int f = 0; f < spectrum.Length; f++)
            {
                Complex value = spectrum[f][filter];
                (packed[2 * f], packed[2 * f + 1]) = (value.Real, f == 0 || f == spectrum.Length - 1
                    ? 0.0
                    : value.Imaginary);
            }

            Fourier.InverseReal(packed, length, FourierOptions.NoScaling);
            Array.Clear(taps[filter]);
            for (int k = -Math.Min(before, length / 2); k < last; k++)
            {
                double into = Math.Min(1.0, (k + before + 0.5) / ramp);
                taps[filter][k + before] = (0.5 - 0.5 * Math.Cos(Math.PI * into))
                    * packed[(k + length) % length] / length;
            }
        }
    }

    private void Adopt()
    {
        nextAdoption = long.MaxValue;
        bool isFound = learning!.GetAwaiter().GetResult();
        learning = null;
        if (!isFound || IsFrozen)
        {
            return;
        }

        (used, spare) = (spare, used);
        double moved = 0.0, size = 1e-30;
        for (int filter = 0; filter < used.Taps.Length; filter++)
        {
            double[] now = used.Taps[filter], then = spare.Taps[filter];
            for (int k = 0; k < now.Length; k++)
            {
                moved += (now[k] - then[k]) * (now[k] - then[k]);
                size += now[k] * now[k];
            }
        }

        Change = Math.Min(1.0, Math.Sqrt(moved / size));
        filters.Apply(used.Spectra, fading);
        for (int channel = 0; channel < Channels; channel++)
        {
            for (int i = 0; i < block; i++)
            {
                double share = (i + 1.0) / block;
                output[channel][i] += share * (fading[channel][i] - output[channel][i]);
            }
        }

        firstAdopted = firstAdopted < 0 ? frames : firstAdopted;
    }

    private static void Past(float[][] past, long from, long to, double[][] samples)
    {
        int kept = past[0].Length, length = (int)(to - from);
        for (int channel = 0; channel < past.Length; channel++)
        {
            double[] row = samples[channel]?.Length == length ? samples[channel] : new double[length];
            for (int i = 0; i < length; i++)
            {
                row[i] = past[channel][(from + i) % kept];
            }

            samples[channel] = row;
        }
    }

    private static double Power(double[] samples)
    {
        double sum = 0.0;
        foreach (double sample in samples)
        {
            sum += sample * sample;
        }

        return sum / samples.Length;
    }

    private T[][] Arrays<T>(int length) => [.. Enumerable.Range(0, Channels).Select(_ => new T[length])];

    /// <summary>Filters, and their spectra for <see cref="PartitionedFilters"/>.</summary>
    private sealed record FilterSet(double[][] Taps, double[][] Spectra);
}
