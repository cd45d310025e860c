using Math4AI.Training.Learners;
using MathNet.Numerics;

namespace Math4AI.Training.Explanations;

/// <summary>
/// Exact Shapley values of a sum of trees: between a row and a training row every leaf is reached by those mixtures of
/// both that take some columns from the one and some from the other. With a of the first and b of the second, a leaf of
/// value v gives each of the first v (a − 1)! b!/(a + b)!, and takes v a! (b − 1)!/(a + b)! from each of the second.
/// </summary>
internal sealed class TreeShapley
{
    private readonly TreesFit trees;
    private readonly int[] columnOf;
    private readonly bool[] byRow;
    private readonly bool[] byOther;
    private readonly double[] effects;
    private double[] row = [];
    private double[] other = [];

    public TreeShapley(TreesFit trees, InputGroup[] groups)
    {
        this.trees = trees;
        columnOf = [.. Enumerable.Range(0, trees.Seen.Count).Select(seen =>
            Array.FindIndex(groups, group => trees.Seen.FirstOf(seen) is var at && at >= group.First
                && at < group.First + group.Count))];

        (byRow, byOther, effects) = (new bool[groups.Length], new bool[groups.Length], new double[groups.Length]);
    }

    /// <summary>The mean over the training rows.</summary>
    public double[] Effects(double[] explained, double[][] background)
    {
        Array.Clear(effects);
        row = trees.Seen.Of(explained);
        foreach (double[] each in background)
        {
            other = trees.Seen.Of(each);
            for (int tree = 0; tree < trees.Trees; tree++)
            {
                Array.Fill(byRow, true);
                Array.Fill(byOther, true);
                Walk(tree, trees.RootOf(tree), 0, 0);
            }
        }

        return Array.ConvertAll(effects, sum => sum / background.Length);
    }

    /// <summary>Goes to every leaf that a mixture reaches; a columns must be the row's, b the other's.</summary>
    private void Walk(int tree, int node, int a, int b)
    {
        if (node < 0)
        {
            Add(trees.LeafOf(tree, node), a, b);
            return;
        }

        (int feature, int left, int right) = trees.NodeOf(tree, node);
        int column = columnOf[feature];
        (bool wasRow, bool wasOther) = (byRow[column], byOther[column]);
        bool isRowLeft = trees.IsLeft(tree, node, row[feature]), isOtherLeft = trees.IsLeft(tree, node, other[feature]);
        foreach (bool isLeft in (bool[])[true, false])
        {
            bool isRow = wasRow && isRowLeft == isLeft, isOther = wasOther && isOtherLeft == isLeft;
            if (isRow || isOther)
            {
                (byRow[column], byOther[column]) = (isRow, isOther);
                Walk(
                    tree, isLeft ? left : right,
                    a + Ones(isRow && !isOther) - Ones(wasRow && !wasOther),
                    b + Ones(isOther && !isRow) - Ones(wasOther && !wasRow));
            }
        }

        (byRow[column], byOther[column]) = (wasRow, wasOther);
    }

    private static int Ones(bool isSo) => isSo ? 1 : 0;

    private void Add(double value, int a, int b)
    {
        double orders = SpecialFunctions.GammaLn(a + b + 1.0);
        double gain = a == 0 ? 0.0
            : value * Math.Exp(SpecialFunctions.GammaLn(a) + SpecialFunctions.GammaLn(b + 1.0) - orders);
        double loss = b == 0 ? 0.0
            : value * Math.Exp(SpecialFunctions.GammaLn(a + 1.0) + SpecialFunctions.GammaLn(b) - orders);
        for (int column = 0; column < effects.Length; column++)
        {
            effects[column] += byRow[column] && !byOther[column] ? gain
                : byOther[column] && !byRow[column] ? -loss
                : 0.0;
        }
    }
}
