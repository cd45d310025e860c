using System.Buffers.Binary;
using System.Text;

namespace Math4AI.Interop;

/// <summary>
/// The version-needs section (<c>.gnu.version_r</c>) of a 64-bit little-endian ELF library: which symbol versions it
/// asks of which other library. A need that is marked weak is a wish: the dynamic linker loads the library without it.
/// Source: Linux Standard Base Core, generic part, chapter "Symbol Versioning".
/// </summary>
internal static class ElfVersionNeeds
{
    private const int SectionHeaderSize = 64;
    private const uint VersionNeedsSection = 0x6ffffffe;
    private const ushort WeakFlag = 0x2;

    /// <summary>Marks one need as weak, in place.</summary>
    /// <param name="elf">The whole library.</param>
    /// <param name="version">The version, such as "GLIBCXX_3.4.32".</param>
    /// <returns>Whether the library has that need.</returns>
    /// <exception cref="InvalidDataException">The bytes are no such library.</exception>
    public static bool MakeWeak(Span<byte> elf, string version)
    {
        try
        {
            return TryFindSection(elf, out Section needs) && MarkWeak(elf, needs, Encoding.ASCII.GetBytes(version));
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("The library's version-needs section is damaged.", e);
        }
    }

    private static bool TryFindSection(ReadOnlySpan<byte> elf, out Section needs)
    {
        bool isElf64 = elf.Length >= 64 && elf[..4].SequenceEqual("\u007fELF"u8) && elf[4] == 2 && elf[5] == 1;
        if (!isElf64)
        {
            throw new InvalidDataException("The file is not a 64-bit ELF library.");
        }

        int table = Offset(BinaryPrimitives.ReadUInt64LittleEndian(elf[0x28..]));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3C..]);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = elf.Slice(table + i * SectionHeaderSize, SectionHeaderSize);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[0x04..]) == VersionNeedsSection)
            {
                int strings = (int)BinaryPrimitives.ReadUInt32LittleEndian(header[0x28..]);
                ReadOnlySpan<byte> stringsHeader = elf.Slice(table + strings * SectionHeaderSize, SectionHeaderSize);
                needs = new Section(
                    Offset(BinaryPrimitives.ReadUInt64LittleEndian(header[0x18..])),
                    (int)BinaryPrimitives.ReadUInt32LittleEndian(header[0x2C..]),
                    Offset(BinaryPrimitives.ReadUInt64LittleEndian(stringsHeader[0x18..])));
                return true;
            }
        }

        needs = default;
        return false;
    }

    private static bool MarkWeak(Span<byte> elf, Section needs, ReadOnlySpan<byte> version)
    {
        int library = needs.Start;
        for (int i = 0; i < needs.Libraries; i++)
        {
            int versions = BinaryPrimitives.ReadUInt16LittleEndian(elf[(library + 2)..]);
            int need = library + (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(library + 8)..]);
            for (int j = 0; j < versions; j++)
            {
                int name = needs.Strings + (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(need + 8)..]);
                if (elf[name..].StartsWith(version) && elf[name + version.Length] == 0)
                {
                    Span<byte> flags = elf[(need + 4)..];
                    BinaryPrimitives.WriteUInt16LittleEndian(
                        flags, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | WeakFlag));
                    return true;
                }

                need += (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(need + 12)..]);
            }

            library += (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(library + 12)..]);
        }

        return false;
    }

    private static int Offset(ulong value) => checked((int)value);

    private readonly record struct Section(int Start, int Libraries, int Strings);
}
