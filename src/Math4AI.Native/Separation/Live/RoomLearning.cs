using System.Numerics;
using System.Numerics.Tensors;
using Math4AI.LinearAlgebra;
using Math4AI.Runtime;
using Math4AI.Separation.Quality;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.IntegralTransforms;

namespace Math4AI.Separation.Live;

/// <summary>
/// The part of <see cref="StreamingRoomSeparator"/> that learns filters from the history, on threads of its own. Once
/// the history is full it allocates nothing.
/// </summary>
internal sealed class RoomLearning
{
    private const double ShortHistorySeconds = 6.0;
    private const double Silence = 1e-12;
    private const int MaxPiece = 4096;

    private readonly RoomHistory history;
    private readonly PartitionedFilters filters;
    private readonly WorkCrew background = new(1);
    private readonly Action<int> learn;
    private readonly int channels;
    private readonly int reference;
    private readonly int window;
    private readonly int before;
    private readonly int after;
    private readonly int shortHistory;
    private readonly int sampleRate;
    private readonly int[][] orders;
    private readonly double[] likeness;
    private readonly double[][] ordered;
    private RoomLearner? learner;
    private double[] packed = [];
    private FilterSet into;
    private int[] order;
    private long now;
    private long heardFrom;
    private long knownFrom;
    private bool isFound;

    /// <summary>Starts the thread that learns; the large memory is allocated there, when it first learns.</summary>
    /// <param name="history">What is learned from.</param>
    /// <param name="filters">Transforms the filters that are found.</param>
    /// <param name="into">Memory for the first filters.</param>
    /// <param name="sampleRate">The number of samples per second.</param>
    /// <param name="window">The window in samples.</param>
    /// <param name="reference">The reference microphone.</param>
    /// <param name="before">The taps before a sample.</param>
    /// <param name="after">The taps from it on.</param>
    public RoomLearning(
        RoomHistory history,
        PartitionedFilters filters,
        FilterSet into,
        int sampleRate,
        int window,
        int reference,
        int before,
        int after)
    {
        (this.history, this.filters, this.into, channels) = (history, filters, into, history.Channels);
        (this.window, this.reference, this.before, this.after) = (window, reference, before, after);
        (this.sampleRate, shortHistory) = (sampleRate, (int)(ShortHistorySeconds * sampleRate));
        orders = [.. Permutations.Of(channels)];
        order = orders[0];
        (likeness, ordered) = (new double[channels * channels], new double[channels * channels][]);
        learn = _ => isFound = Learn();
    }

    /// <summary>Gets whether <see cref="Begin"/> was called and <see cref="End"/> was not.</summary>
    public bool IsAtWork { get; private set; }

    /// <summary>Begins to learn, and returns at once.</summary>
    /// <param name="end">The end of the history, frames.</param>
    /// <param name="firstAdopted">The frame from which on filters were in use; negative if none was.</param>
    /// <param name="spare">Receives the filters.</param>
    public void Begin(long end, long firstAdopted, FilterSet spare)
    {
        (now, into, IsAtWork) = (end, spare, true);
        heardFrom = Math.Max(0, now - history.Length);
        knownFrom = firstAdopted < 0 ? long.MaxValue : Math.Max(firstAdopted, heardFrom);
        background.Start(learn);
    }

    /// <summary>Waits, and returns whether there was anything to learn from.</summary>
    public bool End()
    {
        IsAtWork = false;
        background.Wait();
        return isFound;
    }

    private bool Learn()
    {
        int length = (int)(now - heardFrom);
        learner ??= Allocate();
        history.From = heardFrom;
        if (HasSilence(length))
        {
            return false;
        }

        // The history has another length until it is full.
        if (learner.Length != length)
        {
            learner.Prepare(length, length < shortHistory ? 2 * window : 4 * window);
        }

        learner.Learn(history, null, CancellationToken.None);
        ToTaps(learner.Filters(reference), learner.LongWindow);
        foreach (double[] filter in into.Taps)
        {
            if (!double.IsFinite(TensorPrimitives.SumOfSquares<double>(filter)))
            {
                return false;
            }
        }

        if (knownFrom < now)
        {
            KeepOrder();
        }

        filters.Transform(into.Taps, into.Spectra);
        return true;
    }

    /// <summary>Puts the new filters into the order of the outputs that were heard.</summary>
    private void KeepOrder()
    {
        // The output of input frame t lies at t + before in what was put out.
        FindOrder(learner!.Outputs(reference), (int)(knownFrom - heardFrom) - before, (int)(now - knownFrom));
        for (int filter = 0; filter < ordered.Length; filter++)
        {
            ordered[filter] = into.Taps[order[filter / channels] * channels + filter % channels];
        }

        ordered.CopyTo(into.Taps, 0);
    }

    private bool HasSilence(int length)
    {
        bool isSilent = false;
        for (int channel = 0; channel < channels; channel++)
        {
            isSilent |= PowerOf(history.Input[channel], heardFrom, length) / length < Silence;
        }

        return isSilent;
    }

    private RoomLearner Allocate() =>
        new(new WorkCrew(Compute.Threads - 1), channels, channels, sampleRate, history.Length, 4 * window);

    /// <summary>Finds the new source for each place of the output: the one most like what was output there.</summary>
    private void FindOrder(float[][] sources, int shift, int length)
    {
        int from = Math.Max(0, -shift);
        for (int n = 0; n < channels; n++)
        {
            double power = PowerOf(history.Output[n], knownFrom, length) / length + 1e-30;
            for (int k = 0; k < channels; k++)
            {
                double product = 0.0, square = 1e-30;
                for (int t = from; t < length;)
                {
                    ReadOnlySpan<float> piece =
                        history.Piece(history.Output[n], knownFrom + t, Math.Min(MaxPiece, length - t));
                    ReadOnlySpan<float> source = sources[k].AsSpan(t + shift, piece.Length);
                    product += TensorPrimitives.Dot(piece, source);
                    square += TensorPrimitives.SumOfSquares(source);
                    t += piece.Length;
                }

                likeness[n * channels + k] = product / Math.Sqrt(square * power);
            }
        }

        double highest = double.NegativeInfinity;
        foreach (int[] candidate in orders)
        {
            double sum = 0.0;
            for (int n = 0; n < channels; n++)
            {
                sum += likeness[n * channels + candidate[n]];
            }

            if (sum > highest)
            {
                (highest, order) = (sum, candidate);
            }
        }
    }

    /// <summary>Computes the taps, the first of them faded in.</summary>
    private void ToTaps(Complex[][] spectrum, int length)
    {
        int block = window / 4, ramp = block / 2, last = Math.Min(after, length / 2);
        packed = packed.Length == length + 2 ? packed : new double[length + 2];
        for (int filter = 0; filter < into.Taps.Length; filter++)
        {
            for (int f = 0; f < spectrum.Length; f++)
            {
                Complex value = spectrum[f][filter];
                bool isReal = f == 0 || f == spectrum.Length - 1;
                (packed[2 * f], packed[2 * f + 1]) = (value.Real, isReal ? 0.0 : value.Imaginary);
            }

            using (SingleThreadedMkl.Begin())
            {
                Fourier.InverseReal(packed, length, FourierOptions.NoScaling);
            }

            double[] taps = into.Taps[filter];
            Array.Clear(taps);
            for (int k = -Math.Min(before, length / 2); k < last; k++)
            {
                double share = Math.Min(1.0, (k + before + 0.5) / ramp);
                taps[k + before] = (0.5 - 0.5 * Math.Cos(Math.PI * share)) * packed[(k + length) % length] / length;
            }
        }
    }

    private double PowerOf(float[] past, long from, int length)
    {
        double sum = 0.0;
        for (int t = 0; t < length;)
        {
            ReadOnlySpan<float> piece = history.Piece(past, from + t, Math.Min(MaxPiece, length - t));
            sum += TensorPrimitives.SumOfSquares(piece);
            t += piece.Length;
        }

        return sum;
    }
}

/// <summary>Filters, and their spectra for <see cref="PartitionedFilters"/>.</summary>
internal sealed record FilterSet(double[][] Taps, double[][] Spectra);
