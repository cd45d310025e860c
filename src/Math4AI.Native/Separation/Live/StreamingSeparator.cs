using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Math4AI.Audio;
using Math4AI.LinearAlgebra;
using Math4AI.Runtime;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Separation.Live;

/// <summary>Settings of the separation of live sound.</summary>
public sealed record StreamingOptions
{
    /// <summary>The time constant of forgetting: short follows what moves, long is more exact.</summary>
    public double ForgetSeconds { get; init; } = 0.5;

    /// <summary>Where to begin; null for nothing known.</summary>
    public Unmixing? Start { get; init; }
}

/// <summary>
/// Separates y(t) = A x(t) while it arrives, with an A that may move: learns from segments of five milliseconds
/// (<see cref="RecursiveNewton"/>) and goes over from one unmixing to the next within a segment. The algorithm adds no latency to the
/// block's. A source is as loud as it is in the channels, root mean square over them; its place and sign stay.
/// </summary>
public sealed class StreamingSeparator : IStreamSeparator
{
    /// <summary>Whatever sound is scaled to, its squares can still be added up.</summary>
    private const float Loudest = 1e15f;

    private const int MostChannels = 16;
    private const double SegmentSeconds = 256.0 / 48000.0;
    private const double CutoffHertz = 20.0;
    private const float PreEmphasis = 0.3f;

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
    private int at;
    private int segmentsSinceLook;

    /// <summary>A separator.</summary>
    /// <param name="channels">2 to 16, as many as sources.</param>
    /// <param name="sampleRate">Samples per second in each channel.</param>
    /// <param name="options">Its settings.</param>
    /// <exception cref="ArgumentException">A number makes no sense, or the start is of other channels.</exception>
    public StreamingSeparator(int channels, int sampleRate, StreamingOptions? options = null)
    {
        options ??= new StreamingOptions();
        if (channels is < 2 or > MostChannels)
        {
            throw new ArgumentException($"The stream has {channels} channels; 2 to {MostChannels} can be separated.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1000);
        if (!(options.ForgetSeconds is >= 0.01 and <= 3600.0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.ForgetSeconds, "The time constant of forgetting must be between 0.01 and 3600 seconds.");
        }

        Channels = channels;
        length = Math.Max(32, 16 * (int)Math.Round(SegmentSeconds * sampleRate / 16.0));
        double seconds = (double)length / sampleRate;
        segmentsInSecond = Math.Max(1, (int)Math.Round(1.0 / seconds));
        newton = new RecursiveNewton(channels, length, seconds, options.ForgetSeconds);
        segment = new double[channels * length];
        filters = new Filter[channels];
        pole = (float)(1.0 - 2.0 * Math.PI * CutoffHertz / sampleRate);
        int square = channels * channels;
        (applied, target, aSecondAgo, mixing) = (new float[square], new float[square], new float[square], new Complex[square]);
        if (options.Start is { } start)
        {
            if (start.Channels != channels || start.Sources != channels)
            {
                throw new ArgumentException(
                    $"The start has {start.Sources} sources and {start.Channels} channels, and the stream {channels} channels.", nameof(options));
            }

            newton.StartFrom(start.Matrix.ToRowMajorArray());
        }

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

    /// <summary>The unmixing as it is now.</summary>
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
                $"Blocks of {input.Channels} × {input.Frames} and {output.Channels} × {output.Frames} samples do not fit {Channels} channels.");
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
                if (!IsFrozen)
                {
                    Learn();
                }
            }
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

    /// <summary>Samples that are no number, or beyond all sound, become silence: they must neither be remembered nor come out.</summary>
    private static void Clean(PlanarBlock piece)
    {
        for (int channel = 0; channel < piece.Channels; channel++)
        {
            Span<float> samples = piece[channel];
            if (System.Numerics.Tensors.TensorPrimitives.MaxMagnitude<float>(samples) is var largest && Math.Abs(largest) <= Loudest)
            {
                continue;
            }

            for (int i = 0; i < samples.Length; i++)
            {
                samples[i] = Math.Abs(samples[i]) <= Loudest ? samples[i] : 0.0f;
            }
        }
    }

    /// <summary>What is learnt from: without what lies below hearing, and a little brighter than the sound.</summary>
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

    /// <summary>D W, with D so that every source is as loud as in the channels.</summary>
    private void SetTarget()
    {
        for (int i = 0; i < mixing.Length; i++)
        {
            mixing[i] = newton.Unmixing[i];
        }

        SmallComplex.Invert(mixing, Channels);
        for (int i = 0; i < Channels; i++)
        {
            double square = 0.0;
            for (int c = 0; c < Channels; c++)
            {
                square += SmallComplex.Square(mixing[c * Channels + i]);
            }

            double scale = Math.Sqrt(square / Channels);
            for (int c = 0; c < Channels; c++)
            {
                target[i * Channels + c] = (float)(scale * newton.Unmixing[i * Channels + c]);
            }
        }
    }

    /// <summary>From the applied unmixing to the target, linearly over the segment.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Apply(PlanarBlock input, PlanarBlock output)
    {
        int width = Vector256<float>.Count, m = Channels;
        Span<Vector256<float>> x = stackalloc Vector256<float>[m];
        Span<float> single = stackalloc float[m];
        float unit = 1.0f / length;
        int i = 0;
        for (; i <= input.Frames - width; i += width)
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

                Vector256.FusedMultiplyAdd(share, change, first).StoreUnsafe(ref MemoryMarshal.GetReference(output[row]), (nuint)i);
            }
        }

        for (; i < input.Frames; i++)
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

    /// <summary>A high pass of one pole.</summary>
    private struct Filter
    {
        public float Input;
        public float Output;
    }
}
