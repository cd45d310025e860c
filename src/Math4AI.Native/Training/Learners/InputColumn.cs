namespace Math4AI.Training.Learners;

/// <summary>The inputs that one column of a table makes, for learners that can use it as it was.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">
/// The number of them: of categories one for each, of which a sample's own is 1 and the others 0, and none is 1 where
/// the category is not known; of a number 1, or 2 where <paramref name="HasMissing"/>.
/// </param>
/// <param name="AreCategories">Whether they stand for categories; otherwise for a number.</param>
/// <param name="HasMissing">
/// Whether the input after the number is 1 where the number is missing, and 0 elsewhere.
/// </param>
public readonly record struct InputColumn(int First, int Count, bool AreCategories, bool HasMissing)
{
    /// <summary>Whether columns have every input once, in order.</summary>
    internal static bool AreWhole(IReadOnlyList<InputColumn> columns, int inputs)
    {
        int next = 0;
        foreach (InputColumn column in columns)
        {
            bool isSound = column.First == next && column.Count > 0 && column.Count <= inputs - next
                && (column.AreCategories ? !column.HasMissing : column.Count == (column.HasMissing ? 2 : 1));
            if (!isSound)
            {
                return false;
            }

            next += column.Count;
        }

        return next == inputs;
    }
}
