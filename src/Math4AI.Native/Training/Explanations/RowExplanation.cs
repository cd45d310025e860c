using Math4AI.Data.Models;
using Math4AI.Training.Learners;
using Math4AI.Training.Learners.Combined;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Training.Explanations;

/// <summary>
/// What moved a prediction: the Shapley value of every column, the mean over all orders of how the prediction changes
/// where the column, after those before it in the order, takes the row's value in place of that of a training row. The
/// base and the effects add up to the prediction, a number or the probability of the likeliest class. Exact for numbers
/// of trees, of linear models and of stacks of these; otherwise from 64 orders at random. Source: S. Lundberg et al.,
/// "From local explanations to global understanding with explainable AI for trees", Nature Machine Intelligence 2
/// (2020).
/// </summary>
/// <param name="Base">The mean prediction of the training rows.</param>
/// <param name="Effects">The effect of each column.</param>
public sealed record RowExplanation(double Base, IReadOnlyList<double> Effects)
{
    private const int Orders = 32;

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

    /// <summary>Orders at random, each with its reverse, which has much of the opposite error.</summary>
    private static RowExplanation Sampled(
        LearnedTable model, double[] row, double[][] background, InputGroup[] groups, int seed)
    {
        (List<double[]> chains, List<int[]> orders) = Chains(row, background, groups, seed);
        Matrix<double> found = model.PredictEncoded(ColumnImportance.Rows([.. chains]));
        int of = found.Row(groups.Length).MaximumIndex();
        double[][] effects = [.. Enumerable.Range(0, Orders).Select(_ => new double[groups.Length])];
        for (int chain = 0; chain < orders.Count; chain++)
        {
            for (int step = 0; step < groups.Length; step++)
            {
                int first = chain * (groups.Length + 1) + step;
                effects[chain / 2][orders[chain][step]] += 0.5 * (found[first + 1, of] - found[first, of]);
            }
        }

        double[] means = [.. Enumerable.Range(0, groups.Length).Select(i => effects.Average(each => each[i]))];
        return new RowExplanation(found[groups.Length, of] - means.Sum(), means)
        {
            Errors =
            [
                .. means.Select((mean, i) => Math.Sqrt(
                    effects.Sum(each => (each[i] - mean) * (each[i] - mean)) / Orders / (Orders - 1))),
            ],
        };
    }

    /// <summary>
    /// For each order, the rows on the way from another row to this one, as the groups of inputs change in that order.
    /// </summary>
    private static (List<double[]> Chains, List<int[]> Orders) Chains(
        double[] row, double[][] background, InputGroup[] groups, int seed)
    {
        var random = new MersenneTwister(seed, threadSafe: false);
        var chains = new List<double[]>();
        var orders = new List<int[]>();
        for (int draw = 0; draw < Orders; draw++)
        {
            double[] other = background[random.Next(background.Length)];
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
