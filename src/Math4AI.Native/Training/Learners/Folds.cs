using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Training.Learners;

/// <summary>
/// Parts of samples, with the same share of every class or of whole groups, on which learners are compared: each part
/// is predicted by what the others teach.
/// </summary>
internal sealed class Folds
{
    // A class that is given no probability at all costs no more than this share of it.
    private const double MinProbability = 1e-12;

    private readonly LearnerSamples samples;
    private readonly int[][] parts;

    /// <summary>Divides the samples at random.</summary>
    public Folds(LearnerSamples samples, int seed, int count = 5)
    {
        this.samples = samples;
        var generator = new MersenneTwister(seed, threadSafe: false);
        IEnumerable<(int Row, int Part)> taken = samples.Groups is { } named && named.Distinct().Skip(1).Any()
            ? Whole(named, generator, count)
            : Even(samples, generator, count);
        parts = [.. taken.GroupBy(pair => pair.Part, pair => pair.Row).OrderBy(group => group.Key)
            .Select(group => group.Order().ToArray())];
    }

    /// <summary>The number of parts.</summary>
    public int Count => parts.Length;

    /// <summary>The number of samples.</summary>
    public int Samples => samples.Inputs.RowCount;

    /// <summary>What a part's learner learns from.</summary>
    public LearnerSamples Training(int part) => samples.Select(Others(part));

    /// <summary>The part itself.</summary>
    public LearnerSamples Held(int part) => samples.Select(parts[part]);

    /// <summary>
    /// The loss of every sample: −ln p of its class, times the weight of that, or the squared error of its number.
    /// </summary>
    public double[] Losses(Learner learner, CancellationToken cancellation) => Losses(Predict(learner, cancellation));

    /// <summary>The loss of every sample by predictions of it.</summary>
    public double[] Losses(Matrix<double> found) =>
        [.. Enumerable.Range(0, Samples).Select(row => LossOf(found, samples, row))];

    /// <summary>
    /// Every sample, predicted by what the other parts teach: samples × classes, or samples × 1 of numbers. The parts
    /// are whole jobs of the processes that share the samples.
    /// </summary>
    public Matrix<double> Predict(Learner learner, CancellationToken cancellation)
    {
        var all = Matrix<double>.Build.Dense(Samples, Math.Max(1, samples.ClassCount));
        double[][] found = samples.Processes.Distribute(parts.Length, part =>
        {
            cancellation.ThrowIfCancellationRequested();
            return learner.Fit(Training(part), cancellation).PredictRows(Held(part).Inputs).Values.ToRowMajorArray();
        });
        for (int part = 0; part < parts.Length; part++)
        {
            int width = found[part].Length / parts[part].Length;
            for (int i = 0; i < found[part].Length; i++)
            {
                all[parts[part][i / width], i % width] = found[part][i];
            }
        }

        return all;
    }

    /// <summary>The samples of a part, by their numbers.</summary>
    public IReadOnlyList<int> Rows(int part) => parts[part];

    /// <summary>The samples of the other parts, by their numbers.</summary>
    public int[] Others(int part)
    {
        var left = parts[part].ToHashSet();
        return [.. Enumerable.Range(0, Samples).Where(row => !left.Contains(row))];
    }

    /// <summary>Parts with the same share of every class.</summary>
    private static List<(int Row, int Part)> Even(LearnerSamples samples, RandomSource generator, int count)
    {
        int[][] groups = samples.Classes is { } classes
            ? [.. Enumerable.Range(0, samples.ClassCount).Select(
                of => Enumerable.Range(0, classes.Count).Where(i => classes[i] == of).ToArray())]
            : [[.. Enumerable.Range(0, samples.Inputs.RowCount)]];
        int next = 0;
        var taken = new List<(int Row, int Part)>();
        foreach (int[] group in groups)
        {
            generator.Shuffle(group);
            taken.AddRange(group.Select(row => (row, next++ % count)));
        }

        return taken;
    }

    /// <summary>Parts of whole groups, each into the part that has the fewest samples.</summary>
    private static List<(int Row, int Part)> Whole(
        IReadOnlyList<int> named, RandomSource generator, int count)
    {
        int[][] groups = [.. Enumerable.Range(0, named.Count).GroupBy(row => named[row]).OrderBy(group => group.Key)
            .Select(group => group.ToArray())];
        generator.Shuffle(groups);
        int[] sizes = new int[count];
        var taken = new List<(int Row, int Part)>();
        foreach (int[] group in groups)
        {
            int part = Array.IndexOf(sizes, sizes.Min());
            sizes[part] += group.Length;
            taken.AddRange(group.Select(row => (row, part)));
        }

        return taken;
    }

    private static double LossOf(Matrix<double> found, LearnerSamples held, int row)
    {
        if (held.Classes is not { } classes)
        {
            double error = found[row, 0] - held.Targets![row];
            return error * error;
        }

        double probability = classes[row] < found.ColumnCount ? found[row, classes[row]] : 0.0;
        return -held.WeightOf(row) * Math.Log(Math.Max(MinProbability, probability));
    }
}
