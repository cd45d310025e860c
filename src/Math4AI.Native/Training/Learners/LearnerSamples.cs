using Math4AI.Processes;
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

    /// <summary>Gets how much a sample of each class weighs in a loss; null where all weigh the same.</summary>
    public IReadOnlyList<double>? ClassWeights { get; private init; }

    /// <summary>
    /// Gets how the inputs belong to columns of a table; empty where every input is a number of its own.
    /// </summary>
    public IReadOnlyList<InputColumn> Columns { get; private init; } = [];

    /// <summary>
    /// Gets the processes that share the work, each of which has all of the samples; this one alone by default. What is
    /// compared on parts of the samples goes to them as whole jobs, and a linear model adds up its sums over them.
    /// </summary>
    public ProcessGroup Processes { get; private init; } = ProcessGroup.Single;

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
            ? Copy(groups, ClassWeights, Columns)
            : throw new ArgumentException(
                $"One group is needed for each of {Inputs.RowCount} samples.", nameof(groups));

    /// <summary>Returns the samples with weights of their classes.</summary>
    /// <param name="weights">A number of more than 0 for each class; null for none.</param>
    /// <exception cref="ArgumentException">There is not one such number a class.</exception>
    public LearnerSamples Weighing(IReadOnlyList<double>? weights) =>
        weights is null || (weights.Count == ClassCount && weights.All(w => w > 0.0 && double.IsFinite(w)))
            ? Copy(Groups, weights, Columns)
            : throw new ArgumentException(
                $"A weight of more than 0 is needed for each of {ClassCount} classes.", nameof(weights));

    /// <summary>Returns the samples with inputs that belong to columns of a table.</summary>
    /// <param name="columns">The columns, which have every input once; empty for numbers.</param>
    /// <exception cref="ArgumentException">An input has no column, or more than one.</exception>
    public LearnerSamples InColumns(IReadOnlyList<InputColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return columns.Count == 0 || InputColumn.AreWhole(columns, Inputs.ColumnCount)
            ? Copy(Groups, ClassWeights, columns)
            : throw new ArgumentException(
                $"Each of {Inputs.ColumnCount} inputs belongs to one column.", nameof(columns));
    }

    /// <summary>Returns the samples for processes that share the work.</summary>
    /// <param name="processes">The processes, each with the same samples.</param>
    public LearnerSamples SharedBy(ProcessGroup processes)
    {
        ArgumentNullException.ThrowIfNull(processes);
        return new LearnerSamples(Inputs, (int[]?)Classes, ClassCount, Targets)
        {
            Groups = Groups,
            ClassWeights = ClassWeights,
            Columns = Columns,
            Processes = processes,
        };
    }

    /// <summary>
    /// This process's share of the samples, and the processes over which sums are added up; where there are too few to
    /// share, all of them and this process alone.
    /// </summary>
    internal (LearnerSamples Own, ProcessGroup Sums) Share()
    {
        int count = Inputs.RowCount;
        if (Processes.Count == 1 || count < Processes.Count)
        {
            return (this, ProcessGroup.Single);
        }

        (long start, long end) = Processes.Share(count);
        return (Select([.. Enumerable.Range((int)start, (int)(end - start))]), Processes);
    }

    /// <summary>The same inputs, columns, groups and processes with other numbers.</summary>
    internal LearnerSamples With(Vector<double> targets) => new(Inputs, null, 0, targets)
    {
        Groups = Groups,
        Columns = Columns,
        Processes = Processes,
    };

    /// <summary>The same samples, whose one input is the number of each, from 0.</summary>
    internal LearnerSamples Numbered() => new(
        Matrix<double>.Build.Dense(Inputs.RowCount, 1, (i, _) => i), (int[]?)Classes, ClassCount, Targets)
    {
        Groups = Groups,
        ClassWeights = ClassWeights,
        Processes = Processes,
    };

    /// <summary>The weight of a sample.</summary>
    internal double WeightOf(int row) => ClassWeights is { } weights && Classes is { } of ? weights[of[row]] : 1.0;

    /// <summary>The sum of all weights.</summary>
    internal double TotalWeight => ClassWeights is { } weights && Classes is { } of
        ? of.Sum(each => weights[each])
        : Inputs.RowCount;

    private LearnerSamples Copy(
        IReadOnlyList<int>? groups, IReadOnlyList<double>? weights, IReadOnlyList<InputColumn> columns) =>
        new(Inputs, (int[]?)Classes, ClassCount, Targets)
        {
            Groups = groups,
            ClassWeights = weights,
            Columns = columns,
            Processes = Processes,
        };

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

        return Select([.. taken.Order()]).SharedBy(Processes);
    }

    /// <summary>Selects some of the samples, for this process alone.</summary>
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
            ClassWeights = ClassWeights,
            Columns = Columns,
        };
    }
}
