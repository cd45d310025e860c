using System.Numerics.Tensors;
using Math4AI.Audio;
using Math4AI.Runtime;

namespace Math4AI.Separation.Rooms;

/// <summary>Separates a recording in several ways, and keeps the best by what the recording alone tells.</summary>
/// <param name="mixture">The recording.</param>
/// <param name="options">The settings.</param>
/// <param name="progress">Receives every stage.</param>
/// <param name="cancellation">Stops between iterations.</param>
internal sealed class RoomSearch(
    Recording mixture,
    RoomSeparatorOptions options,
    IProgress<SeparationProgress>? progress,
    CancellationToken cancellation)
{
    private const int SpectraOfASource = 4;
    private const int RefiningIterations = 30;

    // The spectra of a source are estimated better with shorter frames.
    private static readonly RoomPlan LowRank = RoomPlan.Usual with { FromChannels = [0.5] };

    /// <summary>Finds a number of sources, two or more.</summary>
    public RoomFinding Find(int sources) =>
        sources > mixture.Channels ? Mask(sources)
        : options.Method == RoomMethod.Ilrma ? Try(sources, LowRank)
        : options.Window is not null ? Try(sources, RoomPlan.Usual)
        : Choose(sources);

    private RoomFinding Mask(int sources)
    {
        progress?.Report(new SeparationProgress("masks", 0, double.NaN));
        var masks = new SpatialMasks(mixture, sources, seed: 1);
        return new RoomFinding(
            masks.Separate(options.ReferenceMicrophone, cancellation), [masks.Window], SpatialMasks.Iterations);
    }

    /// <summary>
    /// Separates by each of <see cref="RoomPlan.Starts"/>, and takes the result that is most likely by the common model
    /// of <see cref="OutputCost"/>, less what long filters gain by their length alone.
    /// </summary>
    private RoomFinding Choose(int sources)
    {
        RoomFinding? best = null;
        double least = double.PositiveInfinity;
        int iterations = 0;
        foreach (RoomPlan plan in RoomPlan.Starts)
        {
            foreach (RoomFinding attempt in TryEach(sources, plan))
            {
                double cost = OutputCost.Of(attempt.Sources, mixture.Length, mixture.SampleRate)
                    + OutputCost.OfFilters(sources, mixture.Channels, attempt.Windows[^1], mixture.Length);
                (best, least) = best is null || cost < least ? (attempt, cost) : (best, least);
                iterations += attempt.Iterations;
            }
        }

        return best! with { Iterations = iterations };
    }

    private RoomFinding Try(int sources, RoomPlan plan) => With(sources, plan, options.Window, learner =>
    {
        learner.Learn(new Signals(mixture), progress, cancellation);
        if (options.Method == RoomMethod.Ilrma)
        {
            learner.Refine(SpectraOfASource, RefiningIterations, progress, cancellation);
        }

        return new RoomFinding(
            learner.Outputs(options.ReferenceMicrophone), [learner.ShortWindow, learner.LongWindow],
            learner.Iterations);
    });

    private IReadOnlyList<RoomFinding> TryEach(int sources, RoomPlan plan) => With(
        sources, plan, window: null, learner => learner.LearnEach(
            plan, new Signals(mixture), options.ReferenceMicrophone, progress, cancellation));

    private T With<T>(int sources, RoomPlan plan, int? window, Func<RoomLearner, T> learn)
    {
        double share = plan.FromChannels.Concat(plan.FromWhite).Max();
        int largest = window ?? RoomLearner.WindowFor(mixture.Length, mixture.SampleRate, share);
        var crew = new WorkCrew(Compute.Threads - 1);
        try
        {
            var learner = new RoomLearner(
                crew, mixture.Channels, sources, mixture.SampleRate, mixture.Length, largest, plan.ShortWindowSeconds);
            learner.Prepare(mixture.Length, largest);
            return learn(learner);
        }
        finally
        {
            crew.End();
        }
    }

    private sealed class Signals(Recording recording) : IRoomSignals
    {
        public void Read(int channel, int start, Span<double> samples) =>
            TensorPrimitives.ConvertTruncating(recording.Channel(channel).Slice(start, samples.Length), samples);
    }
}

/// <summary>What one way of separating a recording gives.</summary>
/// <param name="Sources">The signals.</param>
/// <param name="Windows">The windows in samples.</param>
/// <param name="Iterations">The number of iterations.</param>
internal sealed record RoomFinding(float[][] Sources, IReadOnlyList<int> Windows, int Iterations);
