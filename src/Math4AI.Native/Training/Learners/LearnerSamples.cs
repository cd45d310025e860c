using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Training.Learners;

/// <summary>Samples for a learner: inputs, and for each a class or a number.</summary>
public sealed class LearnerSamples
{
    private LearnerSamples(Matrix<double> inputs, int[]? classes, int classCount, Vector<double>? targets) =>
        (Inputs, Classes, ClassCount, Targets) = (inputs, classes, classCount, targets);

    /// <summary>Gets the inputs, samples × inputs.</summary>
    public Matrix<double> Inputs { get; }

    /// <summary>Gets the class of each sample, from 0; null where numbers are learned.</summary>
    public IReadOnlyList<int>? Classes { get; }

    /// <summary>Gets the number of classes; 0 where numbers are learned.</summary>
    public int ClassCount { get; }

    /// <summary>Gets the number of each sample; null where classes are learned.</summary>
    public Vector<double>? Targets { get; }

    /// <summary>
    /// Gets a number for each sample, of which equal ones stay together in cross-validation; null where samples are
    /// independent.
    /// </summary>
    public IReadOnlyList<int>? Groups { get; private init; }

    /// <summary>Makes samples with classes.</summary>
    /// <param name="inputs">Samples × inputs.</param>
    /// <param name="classes">The class of each sample, from 0.</param>
    /// <param name="classCount">The number of classes.</param>
    /// <exception cref="ArgumentException">
    /// There is not one class a sample, or one is not below their number.
    /// </exception>
    public static LearnerSamples Of(Matrix<double> inputs, IReadOnlyList<int> classes, int classCount)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(classes);
        return classes.Count == inputs.RowCount && classes.All(of => of >= 0 && of < classCount)
            ? new LearnerSamples(inputs, [.. classes], classCount, null)
            : throw new ArgumentException($"One class from 0 to {classCount - 1} is needed for each of "
                + $"{inputs.RowCount} samples.", nameof(classes));
    }

    /// <summary>Makes samples with numbers.</summary>
    /// <param name="inputs">Samples × inputs.</param>
    /// <param name="targets">One number a sample.</param>
    /// <exception cref="ArgumentException">There is not one finite number a sample.</exception>
    public static LearnerSamples Of(Matrix<double> inputs, Vector<double> targets)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(targets);
        return targets.Count == inputs.RowCount && targets.All(double.IsFinite)
            ? new LearnerSamples(inputs, null, 0, targets)
            : throw new ArgumentException(
                $"One finite number is needed for each of {inputs.RowCount} samples.", nameof(targets));
    }

    /// <summary>Returns the samples with groups, of which each stays together in cross-validation.</summary>
    /// <param name="groups">A number for each sample; null for none.</param>
    /// <exception cref="ArgumentException">There is not one number a sample.</exception>
    public LearnerSamples InGroups(IReadOnlyList<int>? groups) =>
        groups is null || groups.Count == Inputs.RowCount
            ? new LearnerSamples(Inputs, (int[]?)Classes, ClassCount, Targets) { Groups = groups }
            : throw new ArgumentException(
                $"One group is needed for each of {Inputs.RowCount} samples.", nameof(groups));

    /// <summary>
    /// At most so many samples, at random, of every class the same share, but at least so many of each if there are.
    /// </summary>
    internal LearnerSamples Some(int most, int leastOfClass, int seed)
    {
        int count = Inputs.RowCount;
        if (count <= most)
        {
            return this;
        }

        var generator = new MersenneTwister(seed, threadSafe: false);
        IEnumerable<int[]> groups = Enumerable.Range(0, count).GroupBy(row => Classes?[row] ?? 0)
            .OrderBy(group => group.Key).Select(group => group.ToArray());
        var taken = new List<int>();
        foreach (int[] group in groups)
        {
            generator.Shuffle(group);
            taken.AddRange(group.Take(Math.Max(leastOfClass, (int)Math.Round((double)most / count * group.Length))));
        }

        return Select([.. taken.Order()]);
    }

    /// <summary>Selects some of the samples.</summary>
    /// <param name="rows">Their numbers, from 0.</param>
    public LearnerSamples Select(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        double[] values = Inputs.AsColumnMajorArray() ?? Inputs.ToColumnMajorArray();
        double[] chosen = new double[rows.Count * Inputs.ColumnCount];
        for (int column = 0; column < Inputs.ColumnCount; column++)
        {
            for (int i = 0; i < rows.Count; i++)
            {
                chosen[column * rows.Count + i] = values[column * Inputs.RowCount + rows[i]];
            }
        }

        return new LearnerSamples(
            Matrix<double>.Build.Dense(rows.Count, Inputs.ColumnCount, chosen),
            Classes is null ? null : [.. rows.Select(row => Classes[row])],
            ClassCount,
            Targets is null ? null : Vector<double>.Build.Dense(rows.Count, i => Targets[rows[i]]))
        {
            Groups = Groups is null ? null : [.. rows.Select(row => Groups[row])],
        };
    }
}
