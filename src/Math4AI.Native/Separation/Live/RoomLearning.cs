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
/// <remarks>
/// The history that counts adapts: filters of the last three seconds alone are learned besides where the sources found
/// by those in use depend on each other there. If theirs depend so much less, something has moved, and what came before
/// is left out from then on.
/// </remarks>
internal sealed class RoomLearning
{

    // For each channel: a row of filters has as many unknowns as channels, and the long window doubles them.
    private const double ShortHistorySeconds = 3.0;
    private const double RecentSeconds = 3.0;
    private const double LearnSeconds = 1.0;
    private const double LaterLearnSeconds = 4.0;
    private const double Silence = 1e-12;
    private const int MaxPiece = 4096;

    // Sources that depend on each other less than this leave nothing to gain.
    private const double SmallDependence = 0.1;

    // By how much sources have to depend less on each other, twice in a row, before something is held to have moved;
    // and by how much for it to be held to move still.
    private const double LargeGain = 0.075;
    private const double SmallGain = 0.03;

    // Filters learned again from as much may be the worse of two optima.
    private const double DependenceLearnedAgain = 1.05;

    // Who is this much quieter than usual (power) may be silent, and one speaker looks like one who has moved.
    private const double QuietShare = 0.1;

    private readonly RoomHistory history;
    private readonly PartitionedFilters filters;
    private readonly WorkCrew background = new(1);
    private readonly WorkCrew crew = new(Compute.Threads - 1);
    private readonly Action<int> learn;
    private readonly RoomLearningSettings settings;
    private readonly int channels;
    private readonly int sources;
    private readonly int window;
    private readonly int recentLength;
    private readonly int shortestJudged;
    private readonly int[][] orders;
    private readonly double[] likeness;
    private readonly double[][] ordered;
    private RoomLearner? whole;
    private RoomLearner? recent;
    private RoomJudge? ofWhole;
    private RoomJudge? ofRecent;
    private double[] packed = [];
    private FilterSet found;
    private FilterSet other;
    private FilterSet? used;
    private int[] order;
    private long now;
    private long movedAt;
    private long nextWhole;
    private double gain;
    private long firstAdopted;
    private bool isFound;

    /// <summary>Starts the thread that learns; the large memory is allocated there, when it first learns.</summary>
    /// <param name="history">What is learned from.</param>
    /// <param name="filters">Transforms the filters that are found.</param>
    /// <param name="newSet">Allocates memory for filters.</param>
    /// <param name="settings">The settings.</param>
    public RoomLearning(
        RoomHistory history, PartitionedFilters filters, Func<FilterSet> newSet, RoomLearningSettings settings)
    {
        (this.history, this.filters, this.settings) = (history, filters, settings);
        (channels, sources, window) = (history.Channels, history.Sources, settings.Window);
        recentLength = (int)(RecentSeconds * settings.SampleRate);

        // The filters begin with as much as they are long; of what follows, half a second tells something.
        shortestJudged = settings.Before + settings.After + settings.SampleRate / 2;
        (found, other) = (newSet(), newSet());
        orders = [.. Permutations.Of(sources)];
        order = orders[0];
        (likeness, ordered) = (new double[sources * sources], new double[sources * channels][]);
        learn = _ => isFound = Learn();
    }

    /// <summary>Gets whether <see cref="Begin"/> was called and <see cref="End"/> was not.</summary>
    public bool IsAtWork { get; private set; }

    /// <summary>Begins to learn, and returns at once.</summary>
    /// <param name="end">The end of the history, frames.</param>
    /// <param name="firstAdopted">The frame from which on filters were in use; negative if none was.</param>
    /// <param name="used">The filters in use.</param>
    public void Begin(long end, long firstAdopted, FilterSet used)
    {
        (now, this.firstAdopted, IsAtWork) = (end, firstAdopted, true);
        this.used = firstAdopted < 0 ? null : used;
        background.Start(learn);
    }

    /// <summary>Waits, and returns whether there are better filters than those in use.</summary>
    public bool End()
    {
        IsAtWork = false;
        background.Wait();
        return isFound;
    }

    /// <summary>Returns the filters that were found, and takes others to overwrite.</summary>
    public FilterSet Exchange(FilterSet old)
    {
        (FilterSet result, found) = (found, old);
        return result;
    }

    private bool Learn()
    {
        long from = Math.Max(movedAt, Math.Max(0, now - history.Length));
        bool isFull = now - from == history.Length, isBetter = false;
        if (!isFull || now >= nextWhole)
        {
            whole ??= new RoomLearner(
                crew, channels, sources, settings.SampleRate, history.Length, 4 * window);
            isBetter = Find(whole, from, found) && (!isFull || used is null || IsNoWorse());
            nextWhole = now + (long)((isFull ? LaterLearnSeconds : LearnSeconds) * settings.SampleRate);
        }

        if (settings.Adapts && used is not null && recentLength >= shortestJudged
            && now - from >= recentLength + settings.SampleRate && HasMoved(isBetter ? found : used, from))
        {
            movedAt = now - recentLength;
            (found, other) = (other, found);
            isBetter = true;
        }

        return isBetter;
    }

    /// <summary>Compares the filters that were found with those in use, over the whole history.</summary>
    private bool IsNoWorse()
    {
        if (history.Length < shortestJudged)
        {
            return true;
        }

        ofWhole ??= NewJudge(history.Length);
        return ofWhole.Of(found, now) <= DependenceLearnedAgain * ofWhole.Of(used!, now);
    }

    /// <summary>
    /// Learns <see cref="other"/> from the last seconds alone, and returns whether it suits them much better.
    /// </summary>
    private bool HasMoved(FilterSet present, long from)
    {
        ofRecent ??= NewJudge(recentLength);
        double dependence = ofRecent.Of(present, now), last = gain;
        gain = 0.0;
        if (dependence < SmallDependence || IsQuietSomewhere(from))
        {
            return false;
        }

        recent ??= new RoomLearner(crew, channels, sources, settings.SampleRate, recentLength, 2 * window);
        if (Find(recent, now - recentLength, other))
        {
            gain = dependence - ofRecent.Of(other, now);
        }

        bool isUnsettled = movedAt > 0 && now - movedAt < 2 * recentLength;
        return isUnsettled ? gain > SmallGain : Math.Min(last, gain) > LargeGain;
    }

    private RoomJudge NewJudge(int span) => new(
        history, window / 4, (settings.Before + settings.After) / (window / 4), span, settings.SampleRate);

    private bool IsQuietSomewhere(long from)
    {
        bool isQuiet = false;
        long known = Math.Max(from, firstAdopted);
        for (int n = 0; n < sources; n++)
        {
            double usual = PowerOf(history.Output[n], known, (int)(now - known)) / (now - known);
            long start = now - recentLength;
            isQuiet |= PowerOf(history.Output[n], start, recentLength) / recentLength < QuietShare * usual;
        }

        return isQuiet;
    }

    /// <summary>Learns filters from the history from a frame on; returns whether there was anything to learn.</summary>
    private bool Find(RoomLearner learner, long from, FilterSet into)
    {
        int length = (int)(now - from);
        if (HasSilence(from, length))
        {
            return false;
        }

        // The history has another length until it is full.
        if (learner.Length != length)
        {
            int shortHistory = (int)(ShortHistorySeconds * channels * settings.SampleRate);
            learner.Prepare(length, length < shortHistory ? 2 * window : 4 * window);
        }

        history.From = from;
        learner.Learn(history, null, CancellationToken.None);
        ToTaps(learner.Filters(settings.Reference), learner.LongWindow, into);
        foreach (double[] filter in into.Taps)
        {
            if (!double.IsFinite(TensorPrimitives.SumOfSquares<double>(filter)))
            {
                return false;
            }
        }

        if (used is not null)
        {
            KeepOrder(learner, from, into);
        }

        filters.Transform(into.Taps, into.Spectra);
        return true;
    }

    /// <summary>Puts the new filters into the order of the outputs that were heard.</summary>
    private void KeepOrder(RoomLearner learner, long from, FilterSet into)
    {
        // The output of input frame t lies at t + before in what was put out.
        long known = Math.Max(from, firstAdopted);
        if (known >= now)
        {
            return;
        }

        FindOrder(learner.Outputs(settings.Reference), known, (int)(known - from) - settings.Before);
        for (int filter = 0; filter < ordered.Length; filter++)
        {
            ordered[filter] = into.Taps[order[filter / channels] * channels + filter % channels];
        }

        ordered.CopyTo(into.Taps, 0);
    }

    private bool HasSilence(long from, int length)
    {
        bool isSilent = false;
        for (int channel = 0; channel < channels; channel++)
        {
            isSilent |= PowerOf(history.Input[channel], from, length) / length < Silence;
        }

        return isSilent;
    }

    /// <summary>Finds the new source for each place of the output: the one most like what was output there.</summary>
    private void FindOrder(float[][] signals, long known, int shift)
    {
        int from = Math.Max(0, -shift), length = (int)(now - known);
        for (int n = 0; n < sources; n++)
        {
            double power = PowerOf(history.Output[n], known, length) / length + 1e-30;
            for (int k = 0; k < sources; k++)
            {
                double product = 0.0, square = 1e-30;
                for (int t = from; t < length;)
                {
                    ReadOnlySpan<float> piece =
                        history.Piece(history.Output[n], known + t, Math.Min(MaxPiece, length - t));
                    ReadOnlySpan<float> source = signals[k].AsSpan(t + shift, piece.Length);
                    product += TensorPrimitives.Dot(piece, source);
                    square += TensorPrimitives.SumOfSquares(source);
                    t += piece.Length;
                }

                likeness[n * sources + k] = product / Math.Sqrt(square * power);
            }
        }

        double highest = double.NegativeInfinity;
        foreach (int[] candidate in orders)
        {
            double sum = 0.0;
            for (int n = 0; n < sources; n++)
            {
                sum += likeness[n * sources + candidate[n]];
            }

            if (sum > highest)
            {
                (highest, order) = (sum, candidate);
            }
        }
    }

    /// <summary>Computes the taps, the first of them faded in.</summary>
    private void ToTaps(Complex[][] spectrum, int length, FilterSet into)
    {
        int before = settings.Before, ramp = window / 8, last = Math.Min(settings.After, length / 2);
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

/// <summary>Settings of <see cref="RoomLearning"/>.</summary>
/// <param name="SampleRate">The number of samples per second.</param>
/// <param name="Window">The window in samples.</param>
/// <param name="Reference">The reference microphone.</param>
/// <param name="Before">The taps of a filter before a sample.</param>
/// <param name="After">The taps from it on.</param>
/// <param name="Adapts">Whether what came before something moved is left out.</param>
internal sealed record RoomLearningSettings(
    int SampleRate, int Window, int Reference, int Before, int After, bool Adapts);

/// <summary>Filters, and their spectra for <see cref="PartitionedFilters"/>.</summary>
internal sealed record FilterSet(double[][] Taps, double[][] Spectra);
