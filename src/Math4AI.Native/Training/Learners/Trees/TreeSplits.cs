using Math4AI.Data.Models;

namespace Math4AI.Training.Learners.Trees;

/// <summary>
/// By what the nodes of trees divide: a number, by a threshold, with a side for missing ones; or a category, by a set
/// of places that go left. As LightGBM decides: a missing number counts as 0 where its training had none, and a
/// category that is not known goes right. Source: <c>Tree::NumericalDecision</c> and <c>CategoricalDecision</c> of
/// LightGBM 4.
/// </summary>
internal sealed class TreeSplits
{
    private const int Number = 0;
    private const int MissingLeft = 1;
    private const int MissingRight = 2;
    private const int Category = 3;
    private const int WordBits = 32;

    // LightGBM's bits of a decision.
    private const int IsCategory = 1;
    private const int IsDefaultLeft = 2;
    private const int MissingShift = 2;
    private const int MissingMask = 3;
    private const int MissingIsNaN = 2;

    private readonly List<double> thresholds = [];
    private readonly List<int> kinds = [];
    private readonly List<int> starts = [0];
    private readonly List<uint> words = [];

    /// <summary>The number of nodes.</summary>
    public int Count => thresholds.Count;

    /// <summary>Reads the nodes of a model; those of earlier versions are numbers without missing ones.</summary>
    /// <exception cref="InvalidDataException">A set is not there.</exception>
    public static TreeSplits Read(ModelArrays arrays)
    {
        var read = new TreeSplits();
        read.thresholds.AddRange(arrays.Vector("thresholds"));
        if (!arrays.Has("kinds"))
        {
            read.kinds.AddRange(new int[read.Count]);
            return read;
        }

        read.kinds.AddRange(arrays.Places("kinds", Category + 1));
        double[] found = arrays.Vector("setWords");
        read.words.AddRange(found.Select(word => word is >= 0.0 and <= uint.MaxValue ? (uint)word : 0U));
        read.starts.Clear();
        read.starts.AddRange(arrays.Places("setStarts", found.Length + 1));
        return read.IsSound()
            ? read
            : throw new InvalidDataException("The model is damaged: its trees ask for sets that are not there.");
    }

    /// <summary>Writes the nodes.</summary>
    public void Write(ModelArrays arrays)
    {
        arrays.Add("thresholds", thresholds);
        if (kinds.TrueForAll(kind => kind == Number))
        {
            return;
        }

        arrays.Add("kinds", kinds.Select(kind => (double)kind));
        arrays.Add("setStarts", starts.Select(start => (double)start));
        arrays.Add("setWords", words.Select(word => (double)word));
    }

    /// <summary>Adds the nodes of a tree as LightGBM writes them.</summary>
    public void Add(double[] limits, double[] decisions, double[] setLimits, double[] setWords)
    {
        int sets = starts.Count - 1, first = words.Count;
        words.AddRange(setWords.Select(word => (uint)word));
        starts.AddRange(setLimits.Skip(1).Select(limit => first + (int)limit));
        for (int node = 0; node < limits.Length; node++)
        {
            int decision = (int)decisions[node];
            bool isCategory = (decision & IsCategory) != 0;
            thresholds.Add(isCategory ? sets + limits[node] : limits[node]);
            kinds.Add(isCategory ? Category
                : ((decision >> MissingShift) & MissingMask) != MissingIsNaN ? Number
                : (decision & IsDefaultLeft) != 0 ? MissingLeft : MissingRight);
        }
    }

    /// <summary>Whether a node leads a value to the left.</summary>
    public bool IsLeft(int node, double value)
    {
        int kind = kinds[node];
        return kind == Category ? Holds((int)thresholds[node], value)
            : !double.IsNaN(value) ? value <= thresholds[node]
            : kind == Number ? 0.0 <= thresholds[node]
            : kind == MissingLeft;
    }

    private bool Holds(int set, double value)
    {
        if (double.IsNaN(value) || value < 0.0)
        {
            return false;
        }

        int place = (int)value, word = starts[set] + place / WordBits;
        return word < starts[set + 1] && ((words[word] >> (place % WordBits)) & 1U) == 1U;
    }

    private bool IsSound() => kinds.Count == Count && starts.Count > 0 && starts[0] == 0
        && starts[^1] == words.Count && Enumerable.Range(1, starts.Count - 1).All(i => starts[i] >= starts[i - 1])
        && kinds.Zip(thresholds).All(pair => pair.First != Category
            || (pair.Second >= 0.0 && pair.Second < starts.Count - 1 && pair.Second == Math.Floor(pair.Second)));
}
