using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Math4AI.Audio;
using Math4AI.Data;
using Math4AI.LinearAlgebra;
using Math4AI.Runtime;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Separation.Live;

/// <summary>Settings of <see cref="StreamingSeparator"/>.</summary>
public sealed record StreamingOptions
{
    /// <summary>
    /// Gets the time constant of forgetting, in seconds: a short one follows sources that move, a long one is more
    /// exact.
    /// </summary>
    public double ForgetSeconds { get; init => field = Setting.Within(value, 0.01, 3600.0); } = 0.5;

    /// <summary>Gets the initial unmixing; null to start without one.</summary>
    public Unmixing? Start { get; init; }

    /// <summary>
    /// Gets how loud the sources are; null for <see cref="StreamScale.Keep"/> with a start, which may be calibrated,
    /// and <see cref="StreamScale.Source"/> without.
    /// </summary>
    public StreamScale? Scale { get; init; }
}

/// <summary>Names how loud the sources of a stream are.</summary>
public enum StreamScale
{
    /// <summary>A source has the root mean square that it has over the channels.</summary>
    Source,

    /// <summary>The rows of the start keep their norms, and so the sources their units.</summary>
    Keep,
}

/// <summary>
/// Separates a live mixture y(t) = A x(t), where A may change over time. It learns from segments of five milliseconds
/// by a recursive Newton method, and interpolates from one unmixing to the next within a segment. It adds no latency to
/// that of the block. Each source keeps its place, its sign, and the scale that <see cref="StreamingOptions.Scale"/>
/// says; a frozen start that is kept is applied exactly as it is.
/// </summary>
public sealed class StreamingSeparator : IStreamSeparator
{
    // Squares of such samples can still be added up.
    private const float Loudest = 1e15f;

    private const int MaxChannels = 16;
    private const double SegmentSeconds = 256.0 / 48000.0;
    private const double CutoffHertz = 20.0;
    private const int MinSampleRate = 1000;
    private const float PreEmphasis = 0.3f;

    private readonly StreamingOptions options;
    private readonly int sampleRate;
    private readonly int length;
    private readonly int segmentsInSecond;
    private readonly RecursiveNewton newton;
    private readonly double[] segment;
    private readonly Filter[] filters;
    private readonly float pole;
    private readonly float[] applied;
    private readonly float[] target;
    private readonly float[] aSecondAgo;
    private readonly Complex[] mixing;
    private readonly double[]? keptNorms;
    private int at;
    private int segmentsSinceLook;

    /// <summary>Initializes a separator.</summary>
    /// <param name="channels">The number of channels and of sources, 2 to 16.</param>
    /// <param name="sampleRate">The number of samples per second in each channel, 1000 or more.</param>
    /// <param name="options">The settings; the defaults suit most streams.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the start has other channels.</exception>
    public StreamingSeparator(int channels, int sampleRate, StreamingOptions? options = null)
    {
        options ??= new StreamingOptions();
        Check(channels, sampleRate, options);
        (this.options, this.sampleRate, Channels) = (options, sampleRate, channels);
        length = Math.Max(32, 16 * (int)Math.Round(SegmentSeconds * sampleRate / 16.0));
        double seconds = (double)length / sampleRate;
        segmentsInSecond = Math.Max(1, (int)Math.Round(1.0 / seconds));
        newton = new RecursiveNewton(channels, length, seconds, options.ForgetSeconds);
        segment = new double[channels * length];
        filters = new Filter[channels];
        pole = (float)(1.0 - 2.0 * Math.PI * CutoffHertz / sampleRate);
        int square = channels * channels;
        (applied, target, aSecondAgo, mixing) =
            (new float[square], new float[square], new float[square], new Complex[square]);
        if (options.Start is { } start)
        {
            newton.StartFrom(start.Matrix.ToRowMajorArray());
            HasSeparated = true;
        }

        keptNorms = KeptNorms(options);
        SetTarget();
        target.CopyTo(applied, 0);
    }

    /// <inheritdoc/>
    public int Channels { get; }

    /// <inheritdoc/>
    public int Delay => 0;

    /// <inheritdoc/>
    public bool IsFrozen { get; set; }

    /// <inheritdoc/>
    public double Change { get; private set; } = 1.0;

    /// <inheritdoc/>
    public bool HasSeparated { get; private set; }

    /// <summary>Gets the current unmixing.</summary>
    public Unmixing Unmixing
    {
        get
        {
            var matrix = DenseMatrix.Create(Channels, Channels, (i, j) => target[i * Channels + j]);
            return new Unmixing(matrix, matrix.Inverse(), new DenseVector(Channels));
        }
    }

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
            int count = Math.Min(length - at, input.Frames - done);
            PlanarBlock piece = input.Slice(done, count);
            Clean(piece);
            if (!IsFrozen)
            {
                Condition(piece);
            }

            Apply(piece, output.Slice(done, count));
            at += count;
            done += count;
            if (at == length)
            {
                at = 0;
                target.CopyTo(applied, 0);
                HasSeparated |= newton.HasBegun;
                if (!IsFrozen)
                {
                    Learn();
                }
            }
        }
    }

    /// <inheritdoc/>
    public void WarmUp(int block) =>
        Rehearsal.Run(new StreamingSeparator(Channels, sampleRate, options), sampleRate, block);

    /// <summary>
    /// Refuses a rate at which the times of live separation, made for sound, would be single samples.
    /// </summary>
    internal static void CheckRate(int sampleRate)
    {
        if (sampleRate < MinSampleRate)
        {
            throw new ArgumentOutOfRangeException(
                nameof(sampleRate),
                $"A live separation needs {MinSampleRate} samples or more per second, not {sampleRate}: separate "
                + "slower signals from a file.");
        }
    }

    private static void Check(int channels, int sampleRate, StreamingOptions options)
    {
        if (channels is < 2 or > MaxChannels)
        {
            throw new ArgumentException(
                $"The stream has {Counted.Of(channels, "channel")}; 2 to {MaxChannels} can be separated.");
        }

        CheckRate(sampleRate);
        if (!(options.ForgetSeconds is >= 0.01 and <= 3600.0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.ForgetSeconds,
                "The time constant of forgetting must be between 0.01 and 3600 seconds.");
        }

        if (options.Start is { } start && (start.Channels != channels || start.Sources != channels))
        {
            throw new ArgumentException(
                $"The start has {start.Sources} sources and {start.Channels} channels, and the stream {channels} "
                + "channels.", nameof(options));
        }
    }

    private void Learn()
    {
        using (SingleThreadedMkl.Begin())
        {
            newton.Learn(segment);
        }

        if (newton.HasBegun)
        {
            SetTarget();
        }

        if (++segmentsSinceLook == segmentsInSecond)
        {
            segmentsSinceLook = 0;
            double moved = 0.0, size = 1e-30;
            for (int i = 0; i < target.Length; i++)
            {
                double difference = target[i] - aSecondAgo[i];
                moved += difference * difference;
                size += (double)target[i] * target[i];
            }

            Change = Math.Min(1.0, Math.Sqrt(moved / size));
            target.CopyTo(aSecondAgo, 0);
        }
    }

    /// <summary>
    /// Sets samples that are not finite, or too large, to 0: they must be neither remembered nor output.
    /// </summary>
    private static void Clean(PlanarBlock piece)
    {
        for (int channel = 0; channel < piece.Channels; channel++)
        {
            Span<float> samples = piece[channel];
            if (TensorPrimitives.MaxMagnitude<float>(samples) is var largest && Math.Abs(largest) <= Loudest)
            {
                continue;
            }

            for (int i = 0; i < samples.Length; i++)
            {
                samples[i] = Math.Abs(samples[i]) <= Loudest ? samples[i] : 0.0f;
            }
        }
    }

    /// <summary>
    /// Filters what is learned from: without frequencies below hearing, and with a little pre-emphasis.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Condition(PlanarBlock piece)
    {
        for (int channel = 0; channel < Channels; channel++)
        {
            Filter filter = filters[channel];
            Span<double> to = segment.AsSpan(channel * length + at, piece.Frames);
            Span<float> from = piece[channel];
            for (int i = 0; i < to.Length; i++)
            {
                float sample = from[i];
                float passed = sample - filter.Input + pole * filter.Output;
                to[i] = passed - PreEmphasis * filter.Output;
                (filter.Input, filter.Output) = (sample, Math.Abs(passed) < 1e-20f ? 0.0f : passed);
            }

            filters[channel] = filter;
        }
    }

    /// <summary>Computes the norms of the rows of the start, where they are kept.</summary>
    private static double[]? KeptNorms(StreamingOptions options)
    {
        StreamScale scale = options.Scale ?? (options.Start is null ? StreamScale.Source : StreamScale.Keep);
        return scale == StreamScale.Source ? null
            : options.Start is { } start ? [.. start.Matrix.EnumerateRows().Select(row => Norm(row.ToArray()))]
            : throw new ArgumentException("Only the scale of a start can be kept, and there is none.", nameof(options));
    }

    /// <summary>Computes D W, with the diagonal D that gives every source its scale.</summary>
    private void SetTarget()
    {
        for (int i = 0; i < mixing.Length; i++)
        {
            mixing[i] = newton.Unmixing[i];
        }

        SmallComplex.Invert(mixing, Channels);
        for (int i = 0; i < Channels; i++)
        {
            ReadOnlySpan<double> row = newton.Unmixing.AsSpan(i * Channels, Channels);
            double scale = keptNorms is null ? Loudness(i) : keptNorms[i] / Norm(row);
            for (int c = 0; c < Channels; c++)
            {
                target[i * Channels + c] = (float)(scale * row[c]);
            }
        }
    }

    private static double Norm(ReadOnlySpan<double> row) => Math.Sqrt(TensorPrimitives.SumOfSquares(row));

    /// <summary>Computes the root mean square over the channels of a source of unit size.</summary>
    private double Loudness(int source)
    {
        double square = 0.0;
        for (int c = 0; c < Channels; c++)
        {
            square += SmallComplex.Square(mixing[c * Channels + source]);
        }

        return Math.Sqrt(square / Channels);
    }

    /// <summary>Applies the unmixing, which goes linearly from the last one to the target over the segment.</summary>
    private void Apply(PlanarBlock input, PlanarBlock output)
    {
        int whole = input.Frames / Vector256<float>.Count * Vector256<float>.Count;
        ApplyVectors(input, output, whole);
        ApplyRest(input, output, whole);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ApplyVectors(PlanarBlock input, PlanarBlock output, int end)
    {
        int width = Vector256<float>.Count, m = Channels;
        Span<Vector256<float>> x = stackalloc Vector256<float>[m];
        float unit = 1.0f / length;
        for (int i = 0; i < end; i += width)
        {
            Vector256<float> share = (Vector256.Create((float)(at + i + 1)) + Vector256<float>.Indices) * unit;
            for (int c = 0; c < m; c++)
            {
                x[c] = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(input[c]), (nuint)i);
            }

            for (int row = 0; row < m; row++)
            {
                Vector256<float> first = default, change = default;
                for (int c = 0; c < m; c++)
                {
                    float weight = applied[row * m + c];
                    first = Vector256.FusedMultiplyAdd(Vector256.Create(weight), x[c], first);
                    change = Vector256.FusedMultiplyAdd(Vector256.Create(target[row * m + c] - weight), x[c], change);
                }

                Vector256.FusedMultiplyAdd(share, change, first).StoreUnsafe(
                    ref MemoryMarshal.GetReference(output[row]), (nuint)i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ApplyRest(PlanarBlock input, PlanarBlock output, int start)
    {
        int m = Channels;
        Span<float> single = stackalloc float[m];
        float unit = 1.0f / length;
        for (int i = start; i < input.Frames; i++)
        {
            float share = (at + i + 1) * unit;
            for (int c = 0; c < m; c++)
            {
                single[c] = input[c][i];
            }

            for (int row = 0; row < m; row++)
            {
                float first = 0.0f, change = 0.0f;
                for (int c = 0; c < m; c++)
                {
                    float weight = applied[row * m + c];
                    first = MathF.FusedMultiplyAdd(weight, single[c], first);
                    change = MathF.FusedMultiplyAdd(target[row * m + c] - weight, single[c], change);
                }

                output[row][i] = MathF.FusedMultiplyAdd(share, change, first);
            }
        }
    }

    /// <summary>The state of a one-pole high-pass filter.</summary>
    private struct Filter
    {
        public float Input;
        public float Output;
    }
}
