using Math4AI.Fitting;
using Math4AI.Processes;

namespace Math4AI.Training.Scoring;

/// <summary>Scores of several trainings, each done by one of several processes.</summary>
internal static class SharedScores
{
    /// <summary>Trains as whole jobs; every process gets all scores.</summary>
    /// <param name="processes">The processes.</param>
    /// <param name="count">The number of trainings.</param>
    /// <param name="train">One of them, by its number, in this process alone: its scored parts.</param>
    public static ScoredPart[][] Run(ProcessGroup processes, int count, Func<int, ScoredPart[]> train)
    {
        if (processes.Count == 1)
        {
            return TrainingsAtOnce.Run(count, train);
        }

        int[] own = [.. Enumerable.Range(0, count).Where(job => job % processes.Count == processes.Rank)];
        byte[] found = processes.Agree(() => Written(TrainingsAtOnce.Run(own.Length, i => train(own[i]))));
        ScoredPart[][][] all = [.. processes.Gather(found).Select(Read)];
        return [.. Enumerable.Range(0, count).Select(job => all[job % processes.Count][job / processes.Count])];
    }

    private static byte[] Written(ScoredPart[][] trainings)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(trainings.Length);
        foreach (ScoredPart[] parts in trainings)
        {
            writer.Write(parts.Length);
            foreach (ScoredPart part in parts)
            {
                Write(writer, part);
            }
        }

        writer.Flush();
        return bytes.ToArray();
    }

    private static void Write(BinaryWriter writer, ScoredPart part)
    {
        writer.Write(part.Rows);
        writer.Write(part.Scores.Count);
        foreach ((string name, double score) in part.Scores)
        {
            writer.Write(name);
            writer.Write(score);
        }

        writer.Write(part.Intervals.Count);
        foreach ((string name, Interval interval) in part.Intervals)
        {
            writer.Write(name);
            writer.Write(interval.Lower);
            writer.Write(interval.Upper);
        }
    }

    private static ScoredPart[][] Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        return Many(reader, () => Many(reader, () => new ScoredPart(
            reader.ReadInt32(),
            Many(reader, () => KeyValuePair.Create(reader.ReadString(), reader.ReadDouble())).ToDictionary(),
            Many(reader, () => KeyValuePair.Create(
                reader.ReadString(), new Interval(reader.ReadDouble(), reader.ReadDouble()))).ToDictionary())));
    }

    private static T[] Many<T>(BinaryReader reader, Func<T> read)
    {
        var all = new T[reader.ReadInt32()];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = read();
        }

        return all;
    }
}
