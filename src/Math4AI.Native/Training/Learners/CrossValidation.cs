using Math4AI.Runtime;
using MathNet.Numerics.Random;

namespace Math4AI.Training.Learners;

/// <summary>Cross-validation of learners over a grid of two settings.</summary>
internal sealed class CrossValidation
{
    private const int Folds = 5;

    private readonly LearnerSamples samples;
    private readonly int[] parts;
    private readonly LearnerSamples[] trainings;
    private readonly LearnerSamples[] tests;

    /// <summary>
    /// Takes at most so many samples, at random, and divides them into parts with the same share of every class.
    /// </summary>
    public CrossValidation(LearnerSamples all, int most, int seed)
    {
        var generator = new MersenneTwister(seed, threadSafe: false);
        int[][] groups = all.Classes is { } classes
            ? [.. Enumerable.Range(0, all.ClassCount).Select(of => Enumerable.Range(0, classes.Count).Where(i => classes[i] == of).ToArray())]
            : [[.. Enumerable.Range(0, all.Inputs.RowCount)]];
        double share = Math.Min(1.0, (double)most / all.Inputs.RowCount);
        List<(int Row, int Part)> taken = [];
        foreach (int[] group in groups)
        {
            generator.Shuffle(group);
            int count = Math.Min(group.Length, Math.Max(2 * Folds, (int)Math.Round(share * group.Length)));
            taken.AddRange(group.Take(count).Select((row, i) => (row, (taken.Count + i) % Folds)));
        }

        taken.Sort();
        samples = all.Select([.. taken.Select(pair => pair.Row)]);
        parts = [.. taken.Select(pair => pair.Part)];
        int[] used = [.. parts.Distinct().Order()];
        trainings = [.. used.Select(part => Part(row => parts[row] != part))];
        tests = [.. used.Select(part => Part(row => parts[row] == part))];
    }

    /// <summary>Gets the number of samples.</summary>
    public int Samples => samples.Inputs.RowCount;

    /// <summary>Searches a grid, then the half steps around its best point.</summary>
    public SettingSearch Search(
        (string Across, string Up) names, double[] across, double[] up, Func<double, double, Learner> make, IProgress<double>? progress, CancellationToken cancellation)
    {
        (double, double)[] grid = [.. across.SelectMany(first => up.Select(second => (first, second)))];
        const double ShareOfGrid = 0.75;
        List<SettingScore> points = Evaluate(grid, make, done => progress?.Report(ShareOfGrid * done), cancellation);
        SettingScore best = Best(points);
        bool isAtEdge = (across.Length > 1 && (best.Across == across[0] || best.Across == across[^1]))
            || (up.Length > 1 && (best.Up == up[0] || best.Up == up[^1]));
        double[] near = Around(best.Across, across), beside = Around(best.Up, up);
        (double, double)[] finer = [.. near.SelectMany(first => beside.Select(second => (first, second))).Where(point => point != (best.Across, best.Up))];
        points.AddRange(Evaluate(finer, make, done => progress?.Report(ShareOfGrid + (1.0 - ShareOfGrid) * done), cancellation));
        return new SettingSearch(names.Across, names.Up, samples.Classes is null ? "−rmse" : "accuracy", points) { Samples = Samples, IsAtEdge = isAtEdge };
    }

    /// <summary>
    /// The best point; of equal ones the first with the least of the second setting, and then of the first.
    /// </summary>
    public static SettingScore Best(IReadOnlyList<SettingScore> points) =>
        points.OrderByDescending(point => point.Score).ThenBy(point => point.Up).ThenBy(point => point.Across).First();

    private static double[] Around(double value, double[] steps)
    {
        if (steps.Length < 2)
        {
            return [value];
        }

        double half = Math.Sqrt(steps[1] / steps[0]);
        return [value / half, value, value * half];
    }

    private List<SettingScore> Evaluate(
        (double Across, double Up)[] points, Func<double, double, Learner> make, Action<double> progress, CancellationToken cancellation)
    {
        double[] scores = new double[points.Length];
        int done = 0;
        Parallel.For(0, points.Length, new ParallelOptions { MaxDegreeOfParallelism = Compute.Threads, CancellationToken = cancellation }, i =>
        {
            Learner learner = make(points[i].Across, points[i].Up);
            scores[i] = Score(learner, cancellation);
            progress((double)Interlocked.Increment(ref done) / points.Length);
        });
        return [.. points.Select((point, i) => new SettingScore(point.Across, point.Up, scores[i]))];
    }

    private double Score(Learner learner, CancellationToken cancellation)
    {
        double sum = 0.0;
        for (int part = 0; part < trainings.Length; part++)
        {
            var predicted = learner.Fit(trainings[part], cancellation).PredictRows(tests[part].Inputs).Values;
            for (int i = 0; i < predicted.RowCount; i++)
            {
                sum += tests[part].Classes is { } classes
                    ? predicted.Row(i).MaximumIndex() == classes[i] ? 1.0 : 0.0
                    : Math.Pow(predicted[i, 0] - tests[part].Targets![i], 2);
            }
        }

        return samples.Classes is null ? -Math.Sqrt(sum / Samples) : sum / Samples;
    }

    private LearnerSamples Part(Func<int, bool> isIn) => samples.Select([.. Enumerable.Range(0, Samples).Where(isIn)]);
}
