using System.Runtime.ExceptionServices;
using Math4AI.Data.Models;
using Math4AI.Kernels;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Training.Learners;

/// <summary>Cross-validation of learners over a grid of two settings.</summary>
internal sealed class CrossValidation
{
    private const int Parts = 5;

    // Steps beyond the edge of the grid that are taken while the best point lies there.
    private const int MaxExtensions = 4;

    private readonly LearnerSamples samples;
    private readonly LearnerSamples[] trainings;
    private readonly LearnerSamples[] tests;

    /// <summary>
    /// Takes at most so many samples, at random with the same share of every class, and divides them into parts.
    /// </summary>
    /// <param name="all">The samples.</param>
    /// <param name="most">How many are taken at most.</param>
    /// <param name="seed">The seed of both choices.</param>
    /// <param name="isOfDistances">
    /// Whether the models compare samples by their distances alone: these are then computed once for all fits, where
    /// that pays.
    /// </param>
    public CrossValidation(LearnerSamples all, int most, int seed, bool isOfDistances)
    {
        samples = all.Some(most, 2 * Parts, seed);
        Distances = isOfDistances ? DistanceTable.TryOf(samples.Inputs) : null;
        samples = Distances is null ? samples : samples.Numbered();
        var folds = new Folds(samples, seed, Parts);
        trainings = [.. Enumerable.Range(0, folds.Count).Select(folds.Training)];
        tests = [.. Enumerable.Range(0, folds.Count).Select(folds.Held)];
    }

    /// <summary>Gets the number of samples.</summary>
    public int Samples => samples.Inputs.RowCount;

    /// <summary>
    /// Gets the distances of all samples, whose inputs are then their numbers; null where the inputs are those given.
    /// </summary>
    public DistanceTable? Distances { get; }

    /// <summary>Fits one model for each value of the second setting, which ascend, with one of the first.</summary>
    public delegate IEnumerable<IRowPredictor> PathFit(double across, double[] up, LearnerSamples training);

    /// <summary>
    /// Searches a grid, beyond its edge where the best point lies there, then the half steps around that point.
    /// </summary>
    public SettingSearch Search(
        (string Across, string Up) names, double[] across, double[] up, PathFit fit,
        IProgress<LearnerProgress>? progress, CancellationToken cancellation)
    {
        (double, double)[] grid = Pairs(across, up);
        const double ShareOfGrid = 0.75;
        void Tell(double share) => progress?.Report(new LearnerProgress(string.Empty, share));
        List<SettingScore> points = Evaluate(grid, fit, done => Tell(ShareOfGrid * done), cancellation);
        SettingScore best = Best(points, across, up);
        bool isBetter = true;
        for (int extension = 0; isBetter && extension < MaxExtensions
            && Beyond(best, across, up, points) is { Length: > 0 } beyond; extension++)
        {
            List<SettingScore> more = Evaluate(beyond, fit, _ => { }, cancellation);
            points.AddRange(more);
            isBetter = more.Max(point => point.Score) > best.Score;
            best = isBetter ? Best(points, across, up) : best;
        }

        bool isAtEdge = isBetter && Beyond(best, across, up, points).Length > 0;
        double[] near = Around(best.Across, across), beside = Around(best.Up, up);
        (double, double)[] finer = [.. Pairs(near, beside).Where(point => !Has(points, point))];
        List<SettingScore> last =
            Evaluate(finer, fit, done => Tell(ShareOfGrid + (1.0 - ShareOfGrid) * done), cancellation);
        points.AddRange(last);
        best = last.Exists(point => point.Score > best.Score) ? Best(last, across, up) : best;
        return new SettingSearch(names.Across, names.Up, samples.Classes is null ? "−rmse" : "accuracy", points)
        {
            Best = best,
            Samples = Samples,
            IsAtEdge = isAtEdge,
        };
    }

    /// <summary>
    /// The best point; of equal ones the one whose neighbors are best, which lies inside of a plateau.
    /// </summary>
    private static SettingScore Best(List<SettingScore> points, double[] across, double[] up)
    {
        double most = points.Max(point => point.Score);
        return points.Where(point => point.Score == most)
            .OrderByDescending(point =>
                points.Where(other => IsBeside(point.Across, other.Across, across) && IsBeside(point.Up, other.Up, up))
                .Average(other => other.Score))
            .ThenBy(point => point.Up).ThenBy(point => point.Across).First();

        static bool IsBeside(double a, double b, double[] steps) =>
            steps.Length < 2 || Math.Abs(Math.Log(a / b)) < 1.01 * Math.Log(steps[1] / steps[0]);
    }

    private static (double First, double Second)[] Pairs(double[] across, double[] up) =>
        [.. across.SelectMany(first => up.Select(second => (first, second)))];

    private static bool Has(List<SettingScore> points, (double First, double Second) point) => points.Exists(
        tried => Math.Abs(tried.Across - point.First) < 1e-9 * point.First
            && Math.Abs(tried.Up - point.Second) < 1e-9 * point.Second);

    /// <summary>The points one step beyond the best one, in the directions where nothing was tried yet.</summary>
    private static (double, double)[] Beyond(SettingScore best, double[] across, double[] up, List<SettingScore> points)
    {
        return [.. Pairs(Steps(best.Across, across), Steps(best.Up, up)).Where(point => !Has(points, point))];

        static double[] Steps(double value, double[] steps) =>
            steps.Length < 2 ? [value] : [value * steps[0] / steps[1], value, value * steps[1] / steps[0]];
    }

    private static double[] Around(double value, double[] steps)
    {
        if (steps.Length < 2)
        {
            return [value];
        }

        double half = Math.Sqrt(steps[1] / steps[0]);
        return [value / half, value, value * half];
    }

    /// <summary>
    /// The scores of points: those with the same first setting are fitted along a path, and each path on each part is a
    /// whole job of the processes that share the samples.
    /// </summary>
    private List<SettingScore> Evaluate(
        (double Across, double Up)[] points, PathFit fit, Action<double> progress, CancellationToken cancellation)
    {
        (double Across, double[] Up)[] paths =
        [
            .. points.GroupBy(point => point.Across, point => point.Up).Select(
                group => (group.Key, group.Order().ToArray())),
        ];
        double[][] losses = samples.Processes.Distribute(paths.Length * trainings.Length, own =>
        {
            double[][] found = new double[own.Count][];
            int done = 0;
            var options = new ParallelOptions
            {
                MaxDegreeOfParallelism = Compute.Threads,
                CancellationToken = cancellation,
            };
            try
            {
                Parallel.For(0, own.Count, options, i =>
                {
                    // The threads are shared out among the paths: those of one must not divide its work again.
                    using OneThread alone = OneThread.BeginIf(own.Count > 1);
                    (double first, double[] up) = paths[own[i] / trainings.Length];
                    int part = own[i] % trainings.Length;
                    found[i] = [.. fit(first, up, trainings[part]).Select(model => Sum(model, tests[part]))];
                    progress((double)Interlocked.Increment(ref done) / own.Count);
                });
            }
            catch (AggregateException e)
            {
                ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            }

            return found;
        });
        return
        [
            .. paths.SelectMany((path, i) => path.Up.Select((up, at) => new SettingScore(path.Across, up, Score(
                losses.Skip(i * trainings.Length).Take(trainings.Length).Sum(each => each[at]))))),
        ];
    }

    /// <summary>The weight of the samples whose classes are right, or the squared errors of numbers.</summary>
    private static double Sum(IRowPredictor model, LearnerSamples test)
    {
        Matrix<double> predicted = model.PredictRows(test.Inputs).Values;
        double sum = 0.0;
        for (int i = 0; i < predicted.RowCount; i++)
        {
            sum += test.Classes is { } classes
                ? predicted.Row(i).MaximumIndex() == classes[i] ? test.WeightOf(i) : 0.0
                : Math.Pow(predicted[i, 0] - test.Targets![i], 2);
        }

        return sum;
    }

    private double Score(double sum) =>
        samples.Classes is null ? -Math.Sqrt(sum / Samples) : sum / samples.TotalWeight;
}
