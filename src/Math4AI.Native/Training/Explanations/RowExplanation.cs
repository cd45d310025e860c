using Math4AI.Data.Models;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Combined;
using Math4AI.Training.Scoring;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Training.Explanations;

/// <summary>
/// What moved a prediction: the Shapley value of every column, the mean over all orders of how the prediction changes
/// where the column, after those before it in the order, takes the row's value in place of that of a training row. The
/// base and the effects add up to the prediction, a number or the probability of the likeliest class. Exact for numbers
/// of trees, of linear models and of stacks of these; otherwise each training row is taken with the same number of
/// orders at random, at least 64 in all. Sources: S. Lundberg et al., "From local explanations to global understanding
/// with explainable AI for trees", Nature Machine Intelligence 2 (2020); E. Štrumbelj and I. Kononenko, "Explaining
/// prediction models and individual predictions with feature contributions", Knowledge and Information Systems 41
/// (2014).
/// </summary>
/// <param name="Base">The mean prediction of the training rows that it is compared with.</param>
/// <param name="Effects">The effect of each column.</param>
public sealed record RowExplanation(double Base, IReadOnlyList<double> Effects)
{
    private const int LeastPairs = 32;
    private const int MaxRows = 1 << 12;

    /// <summary>Gets the standard error of each effect; empty where they are exact.</summary>
    public IReadOnlyList<double> Errors { get; init; } = [];

    /// <summary>Explains a row by training rows, all encoded.</summary>
    internal static RowExplanation Of(
        LearnedTable model, double[] row, double[][] background, InputGroup[] groups, int seed)
    {
        if (model.HasFeatures || model.About.Classes.Count > 0
            || Exact(model.Model, row, background, groups) is not { } exact)
        {
            return Sampled(model, row, background, groups, seed);
        }

        Matrix<double> inputs = ColumnImportance.Rows([row]);
        return new RowExplanation(model.PredictEncoded(inputs)[0, 0] - exact.Sum(), exact);
    }

    /// <summary>The predictions together with what moved each of them.</summary>
    internal static FilePredictions AddTo(
        FilePredictions found, IReadOnlyList<string> columns, IReadOnlyList<RowExplanation> rows) => found with
        {
            EffectNames = ["base", .. columns],
            Effects = [.. rows.Select(row => (double[])[row.Base, .. row.Effects])],
        };

    /// <summary>The exact values; null for a model that has none.</summary>
    private static double[]? Exact(IRowPredictor model, double[] row, double[][] background, InputGroup[] groups) =>
        model switch
        {
            TreesFit trees => new TreeShapley(trees, groups).Effects(row, background),
            LinearPredictor linear =>
            [
                .. groups.Select(group => Enumerable.Range(group.First, group.Count).Sum(
                    i => linear.Weights[i, 0] * (row[i] - background.Average(other => other[i])))),
            ],
            StackedFit stack => Sum(
                [.. stack.Models.Select(each => Exact(each, row, background, groups))], stack.Weights),
            _ => null,
        };

    private static double[]? Sum(double[]?[] parts, IReadOnlyList<double> weights) => parts.Any(part => part is null)
        ? null
        : [.. Enumerable.Range(0, parts[0]!.Length).Select(
            i => parts.Select((part, model) => weights[model] * part![i]).Sum())];

    /// <summary>Explains a row of any model by training rows, all encoded.</summary>
    /// <remarks>
    /// Every training row begins the same number of orders, so that the base is the mean prediction of them all; each
    /// order is followed by its reverse, which has much of the opposite error.
    /// </remarks>
    internal static RowExplanation Sampled(
        IScoredModel model, double[] row, double[][] background, InputGroup[] groups, int seed)
    {
        int pairs = (LeastPairs + background.Length - 1) / background.Length * background.Length;
        int atOnce = Math.Max(1, MaxRows / 2 / (groups.Length + 1));
        int of = model.PredictEncoded(ColumnImportance.Rows([row])).Row(0).MaximumIndex();
        var random = new MersenneTwister(seed, threadSafe: false);
        var effects = new List<double[]>(pairs);
        double sum = 0.0;
        for (int first = 0; first < pairs; first += atOnce)
        {
            double[][] others = [.. Enumerable.Range(first, Math.Min(atOnce, pairs - first)).Select(
                pair => background[pair % background.Length])];
            (List<double[]> chains, List<int[]> orders) = Chains(row, others, groups, random);
            Vector<double> found = model.PredictEncoded(ColumnImportance.Rows([.. chains])).Column(of);
            for (int pair = 0; pair < others.Length; pair++)
            {
                effects.Add(EffectsOf(found, orders, pair));
                sum += found[2 * pair * (groups.Length + 1)];
            }
        }

        double[] means = [.. Enumerable.Range(0, groups.Length).Select(i => effects.Average(each => each[i]))];
        return new RowExplanation(sum / pairs, means)
        {
            Errors =
            [
                .. means.Select((mean, i) => Math.Sqrt(
                    effects.Sum(each => (each[i] - mean) * (each[i] - mean)) / pairs / (pairs - 1))),
            ],
        };
    }

    /// <summary>
    /// What each column adds on the way from another row to this one, in an order and in its reverse.
    /// </summary>
    private static double[] EffectsOf(Vector<double> found, List<int[]> orders, int pair)
    {
        double[] effects = new double[orders[0].Length];
        foreach (int chain in new[] { 2 * pair, 2 * pair + 1 })
        {
            for (int step = 0; step < effects.Length; step++)
            {
                int first = chain * (effects.Length + 1) + step;
                effects[orders[chain][step]] += 0.5 * (found[first + 1] - found[first]);
            }
        }

        return effects;
    }

    /// <summary>
    /// For each other row an order and its reverse: the rows on the way from it to this one, as the groups of inputs
    /// change in that order.
    /// </summary>
    private static (List<double[]> Chains, List<int[]> Orders) Chains(
        double[] row, double[][] others, InputGroup[] groups, MersenneTwister random)
    {
        var chains = new List<double[]>();
        var orders = new List<int[]>();
        foreach (double[] other in others)
        {
            int[] order = [.. Enumerable.Range(0, groups.Length)];
            random.Shuffle(order);
            foreach (int[] each in new[] { order, [.. order.Reverse()] })
            {
                orders.Add(each);
                double[] at = [.. other];
                chains.Add([.. at]);
                foreach (int column in each)
                {
                    groups[column].Copy(row, at);
                    chains.Add([.. at]);
                }
            }
        }

        return (chains, orders);
    }
}
