using Math4AI.Probability.Forecasts;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Kernels.Machines;

/// <summary>
/// Support vector classification: between each two classes the function f(x) = Σ β_i k(x_i, x) + b that minimises ½
/// ‖f‖² + Σ C_i max(0, 1 − y_i f(x_i)), y = ±1, C_i = C times the weight of the class; several classes vote, one
/// against one.
/// </summary>
/// <remarks>
/// The dual optimum is that of LIBSVM's C-SVC. Source: Cortes and Vapnik, Support-vector networks (1995).
/// </remarks>
public sealed record SupportVectorClassifier : SupportVectorSettings
{
    /// <summary>
    /// Gets whether the machine has probabilities. They take <see cref="Folds"/> more fits of each pair, and then the
    /// predicted class is always the most probable one.
    /// </summary>
    public bool HasProbabilities { get; init; }

    /// <summary>Gets the number of parts of the cross-validation that probabilities are fitted by.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>Gets the seed of these parts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Gets a factor of C for errors of each class, 1 for a class that is not there; null for none. Probabilities are
    /// then those of samples in which the classes are as frequent as the factors make them.
    /// </summary>
    public IReadOnlyDictionary<int, double>? ClassWeights { get; init; }

    /// <summary>Fits the machine to samples.</summary>
    /// <param name="inputs">X, samples × inputs.</param>
    /// <param name="classes">The class of each sample: any numbers.</param>
    /// <param name="cancellation">Stops between steps.</param>
    /// <exception cref="ArgumentException">
    /// The shapes do not belong together, a number is not finite, there is only one class, or a class has one sample
    /// and probabilities are wanted.
    /// </exception>
    public SupportVectorClassifierFit Fit(
        Matrix<double> inputs, IReadOnlyList<int> classes, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentOutOfRangeException.ThrowIfLessThan(Folds, 2);
        MachineSamples samples = Prepare(inputs);
        int[] names = [.. classes.Distinct().Order()];
        if (classes.Count != samples.Inputs.Count || names.Length < 2)
        {
            throw new ArgumentException(
                $"There are {samples.Inputs.Count} samples, {classes.Count} class labels and {names.Length} classes: a "
                + "label for each sample and at least 2 classes are needed.",
                nameof(classes));
        }

        int[][] members = Members(classes, names);
        var pairs = new List<PairMachine>();
        for (int first = 0; first < names.Length; first++)
        {
            for (int second = first + 1; second < names.Length; second++)
            {
                int[] both = [.. members[first].Concat(members[second]).Order()];
                bool[] isFirst = [.. both.Select(i => classes[i] == names[first])];
                (double, double) weights = (WeightOf(names[first]), WeightOf(names[second]));
                pairs.Add(new PairMachine(
                    first,
                    second,
                    SolvePair(samples, both, isFirst, weights, cancellation),
                    HasProbabilities ? Calibrate(samples, both, isFirst, weights, cancellation) : null));
            }
        }

        return new SupportVectorClassifierFit(samples.Scaling, names, pairs);
    }

    /// <summary>The samples of each class.</summary>
    private int[][] Members(IReadOnlyList<int> classes, int[] names)
    {
        int[][] members =
            [.. names.Select(name => Enumerable.Range(0, classes.Count).Where(i => classes[i] == name).ToArray())];
        int lonely = HasProbabilities ? Array.FindIndex(members, rows => rows.Length < 2) : -1;
        return lonely < 0 ? members : throw new ArgumentException(
            $"Class {names[lonely]} has one sample: probabilities need 2 samples of each class, since they come "
            + "from cross-validation.",
            nameof(classes));
    }

    private double WeightOf(int name)
    {
        double weight = ClassWeights?.GetValueOrDefault(name, 1.0) ?? 1.0;
        Positive.Check(weight, "weight of a class");
        return weight;
    }

    private SupportVectorFit SolvePair(MachineSamples samples, int[] rows, bool[] isFirst,
        (double First, double Second) weights, CancellationToken cancellation) => Solve(
        samples, samples.Inputs.Only(rows.AsSpan()),
        DualProblem.OfClasses(isFirst, weights.First * Penalty, weights.Second * Penalty), cancellation, rows);

    /// <summary>The sigmoid of a pair, from decision values of samples that took no part in the fit.</summary>
    private SigmoidCalibration Calibrate(
        MachineSamples samples, int[] rows, bool[] isFirst, (double First, double Second) weights,
        CancellationToken cancellation)
    {
        int[] parts = Parts(isFirst);
        double[] decisions = new double[rows.Length];
        for (int part = 0; part <= parts.Max(); part++)
        {
            int[] kept = [.. Enumerable.Range(0, rows.Length).Where(i => parts[i] != part)];
            int[] left = [.. Enumerable.Range(0, rows.Length).Where(i => parts[i] == part)];
            SupportVectorFit fit = SolvePair(
                samples, Array.ConvertAll(kept, i => rows[i]), Array.ConvertAll(kept, i => isFirst[i]), weights,
                cancellation);
            double[] values = fit.Predict(samples.Inputs.Only(Array.ConvertAll(left, i => rows[i]).AsSpan()));
            for (int i = 0; i < left.Length; i++)
            {
                decisions[left[i]] = values[i];
            }
        }

        // Of samples as they are; the odds are those of as many of each class as the weights say.
        var sigmoid = SigmoidCalibration.Fit(decisions, isFirst);
        return sigmoid with { B = sigmoid.B - Math.Log(weights.First / weights.Second) };
    }

    /// <summary>The part of each sample, at random, with the same share of both classes in every part.</summary>
    private int[] Parts(bool[] isFirst)
    {
        var generator = new MersenneTwister(Seed, threadSafe: false);
        int[] parts = new int[isFirst.Length];
        int count = Math.Min(Folds, Math.Min(isFirst.Count(value => value), isFirst.Count(value => !value)));
        foreach (bool of in (bool[])[true, false])
        {
            int[] rows = [.. Enumerable.Range(0, isFirst.Length).Where(i => isFirst[i] == of)];
            generator.Shuffle(rows);
            for (int i = 0; i < rows.Length; i++)
            {
                parts[rows[i]] = i % count;
            }
        }

        return parts;
    }
}
