using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.Machines;

/// <summary>A fitted support vector classifier.</summary>
public sealed class SupportVectorClassifierFit
{
    private readonly MachineSamples samples;
    private readonly int[] names;
    private readonly List<(int First, int Second, SupportVectorFit Fit)> pairs;

    internal SupportVectorClassifierFit(MachineSamples samples, int[] names, List<(int First, int Second, SupportVectorFit Fit)> pairs) =>
        (this.samples, this.names, this.pairs) = (samples, names, pairs);

    /// <summary>Gets the classes, in ascending order.</summary>
    public IReadOnlyList<int> Classes => names;

    /// <summary>Gets the machine of each pair of classes; its support vectors are counted within the samples of the two.</summary>
    public IReadOnlyList<SupportVectorFit> Machines => [.. pairs.Select(pair => pair.Fit)];

    /// <summary>Gets whether every machine converged.</summary>
    public bool IsConverged => pairs.All(pair => pair.Fit.IsConverged);

    /// <summary>Predicts the class of new samples: of each pair the class on whose side a sample lies gets a vote; of a tie, the first class wins.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public int[] Predict(Matrix<double> inputs)
    {
        Matrix<double> decisions = Decide(inputs);
        int[] predicted = new int[decisions.RowCount];
        int[] votes = new int[names.Length];
        for (int i = 0; i < predicted.Length; i++)
        {
            Array.Clear(votes);
            for (int pair = 0; pair < pairs.Count; pair++)
            {
                votes[decisions[i, pair] > 0.0 ? pairs[pair].First : pairs[pair].Second]++;
            }

            predicted[i] = names[Array.IndexOf(votes, votes.Max())];
        }

        return predicted;
    }

    /// <summary>Computes the decision values f(x) of every pair, samples × pairs: positive for the first class of the pair.</summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public Matrix<double> Decide(Matrix<double> inputs)
    {
        KernelSamples x = samples.Standardized(inputs);
        return Matrix<double>.Build.DenseOfColumnArrays(pairs.Select(pair => pair.Fit.Predict(x)));
    }

    /// <summary>Gives a readable summary.</summary>
    public override string ToString() =>
        $"{names.Length} classes, {pairs.Sum(pair => pair.Fit.SupportVectors.Count)} support vectors in {pairs.Count} machines"
        + (IsConverged ? string.Empty : "; not every machine converged: raise MaxIterations or lower Penalty");
}
