using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Kernels.Files;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Kernels.Machines;

/// <summary>A fitted support vector classifier.</summary>
public sealed class SupportVectorClassifierFit : IFilePredictor, IRowPredictor, IFeatureSpace
{
    private readonly InputScaling scaling;
    private readonly int[] names;
    private readonly PairMachine[] pairs;
    private readonly Lazy<SharedVectors> shared;

    internal SupportVectorClassifierFit(InputScaling scaling, int[] names, PairMachine[] pairs)
    {
        (this.scaling, this.names, this.pairs) = (scaling, names, pairs);
        shared = new Lazy<SharedVectors>(() => new SharedVectors(pairs, names.Length));
    }

    /// <summary>Gets the classes, in ascending order.</summary>
    public IReadOnlyList<int> Classes => names;

    /// <summary>
    /// Gets the machine of each pair of classes: first and second, first and third, …, second and third, ….
    /// </summary>
    public IReadOnlyList<SupportVectorFit> Machines => [.. pairs.Select(pair => pair.Fit)];

    /// <summary>
    /// Gets the numbers of the samples that are support vectors of any machine, from 0, in ascending order.
    /// </summary>
    public IReadOnlyList<int> SupportVectors =>
        [.. pairs.SelectMany(pair => pair.Fit.SupportVectors).Distinct().Order()];

    /// <inheritdoc/>
    IReadOnlyList<(int First, int Second, SupportVectorFit Machine)> IFeatureSpace.Pairs =>
        [.. pairs.Select(pair => (names[pair.First], names[pair.Second], pair.Fit))];

    /// <summary>Gets whether every machine converged.</summary>
    public bool IsConverged => pairs.All(pair => pair.Fit.IsConverged);

    /// <summary>
    /// Gets whether the machine has probabilities: <see cref="SupportVectorClassifier.HasProbabilities"/> when it was
    /// fitted.
    /// </summary>
    public bool HasProbabilities => Array.TrueForAll(pairs, pair => pair.Sigmoid is not null);

    /// <summary>
    /// Predicts the class of new samples. With probabilities it is the most probable one, always that of <see
    /// cref="Probabilities"/>; without them, each pair gives a vote to the class on whose side a sample lies. Of a tie,
    /// the first class wins.
    /// </summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public int[] Predict(Matrix<double> inputs)
    {
        Matrix<double> decisions = Decide(inputs);
        double[] scores = new double[names.Length];
        int[] predicted = new int[decisions.RowCount];
        for (int i = 0; i < predicted.Length; i++)
        {
            if (HasProbabilities)
            {
                FillProbabilities(decisions, i, scores);
            }
            else
            {
                Array.Clear(scores);
                for (int pair = 0; pair < pairs.Length; pair++)
                {
                    scores[decisions[i, pair] > 0.0 ? pairs[pair].First : pairs[pair].Second]++;
                }
            }

            predicted[i] = names[Array.IndexOf(scores, scores.Max())];
        }

        return predicted;
    }

    /// <summary>
    /// Computes the probabilities of the classes, samples × classes: a sigmoid of the decision values of each pair,
    /// fitted by cross-validation, and the pairs coupled by least squares.
    /// </summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    /// <exception cref="InvalidOperationException">
    /// The machine was fitted without <see cref="SupportVectorClassifier.HasProbabilities"/>.
    /// </exception>
    /// <remarks>Sources: Platt (1999); Wu, Lin and Weng, JMLR 5 (2004).</remarks>
    public Matrix<double> Probabilities(Matrix<double> inputs)
    {
        if (!HasProbabilities)
        {
            throw new InvalidOperationException(
                "The machine was fitted without probabilities: set HasProbabilities and fit it again.");
        }

        Matrix<double> decisions = Decide(inputs);
        double[] row = new double[names.Length];
        Matrix<double> probabilities = Matrix<double>.Build.Dense(decisions.RowCount, names.Length);
        for (int i = 0; i < decisions.RowCount; i++)
        {
            FillProbabilities(decisions, i, row);
            probabilities.SetRow(i, row);
        }

        return probabilities;
    }

    /// <summary>
    /// Computes the decision values f(x) of every pair, samples × pairs: positive for the first class of the pair.
    /// </summary>
    /// <param name="inputs">x, samples × inputs.</param>
    /// <exception cref="ArgumentException">The number of inputs is another, or a number is not finite.</exception>
    public Matrix<double> Decide(Matrix<double> inputs)
    {
        KernelSamples x = scaling.Apply(inputs);
        return pairs.Length == 1
            ? Matrix<double>.Build.Dense(x.Count, 1, pairs[0].Fit.Predict(x))
            : Matrix<double>.Build.Dense(x.Count, pairs.Length, shared.Value.Predict(x));
    }

    /// <inheritdoc cref="SupportVectorFit.Save(string, bool)"/>
    public void Save(string folder, bool replace = false) =>
        ModelFolder.Save(folder, replace, files => Save(folder, files));

    /// <summary>Reads a classifier that was saved.</summary>
    /// <inheritdoc cref="SupportVectorFit.Load"/>
    public static SupportVectorClassifierFit Load(string folder) => SavedMachines.ReadClassifier(folder);

    /// <inheritdoc/>
    public string? Warning => Array.Find(pairs, pair => !pair.Fit.IsConverged)?.Fit.Warning;

    /// <summary>
    /// Predicts classes that are places from 0 on: probabilities, samples × (largest class + 1). Without probabilities
    /// the predicted class has 1.
    /// </summary>
    /// <inheritdoc cref="IRowPredictor.PredictRows"/>
    public RowPredictions PredictRows(Matrix<double> inputs)
    {
        if (names[0] < 0)
        {
            throw new InvalidOperationException(
                $"The class {names[0]} is no place: classes are numbered from 0 on for predictions by rows.");
        }

        Matrix<double>? found = HasProbabilities ? Probabilities(inputs) : null;
        int[] predicted = found is null ? Predict(inputs) : [];
        Matrix<double> rows = Matrix<double>.Build.Dense(inputs.RowCount, names[^1] + 1);
        for (int i = 0; i < inputs.RowCount; i++)
        {
            for (int of = 0; of < names.Length; of++)
            {
                rows[i, names[of]] = found?[i, of] ?? (predicted[i] == names[of] ? 1.0 : 0.0);
            }
        }

        return new RowPredictions(rows);
    }

    /// <inheritdoc/>
    public FilePredictions PredictFile(string path) => NumberRows.Predict(
        path, scaling.Inputs,
        x => Matrix<double>.Build.DenseOfColumnArrays(Array.ConvertAll(Predict(x), of => (double)of)));

    /// <summary>Gives a readable summary.</summary>
    public override string ToString() =>
        $"{names.Length} classes, {SupportVectors.Count} support vectors in {pairs.Length} machines"
        + (IsConverged ? string.Empty : "; not every machine converged: raise MaxIterations or lower Penalty");

    internal InputScaling Scaling => scaling;

    internal IReadOnlyList<PairMachine> PairMachines => pairs;

    /// <inheritdoc/>
    public void Save(string folder, FileTransaction files) => SavedMachines.Write(folder, files, this);

    private void FillProbabilities(Matrix<double> decisions, int sample, Span<double> probabilities)
    {
        double[,] ofPairs = new double[names.Length, names.Length];
        for (int pair = 0; pair < pairs.Length; pair++)
        {
            (int first, int second) = (pairs[pair].First, pairs[pair].Second);
            ofPairs[first, second] = Math.Clamp(
                pairs[pair].Sigmoid!.Value.Of(decisions[sample, pair]), 1e-7, 1.0 - 1e-7);
            ofPairs[second, first] = 1.0 - ofPairs[first, second];
        }

        if (names.Length == 2)
        {
            (probabilities[0], probabilities[1]) = (ofPairs[0, 1], ofPairs[1, 0]);
            return;
        }

        PairwiseCoupling.Fill(ofPairs, probabilities);
    }
}
